import { ranges, readNumber, readOptions } from '../../options.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** Name in the network; default `dropout_1`, … */
  readonly name?: string
}

/**
 * In training each element is 0 with probability `rate`, else x / (1 − rate); the identity otherwise. The mask is a
 * function of (seed, step, element).
 *
 * Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting" (2014).
 *
 * @param rate in [0, 1)
 * @throws DownslopeError `ERR_OPTION` when `rate` is not in [0, 1)
 * @example
 * ```ts
 * sequential([input({ shape: [784] }), dense(256, { activation: 'relu' }), dropout(0.2), dense(10)])
 * ```
 */
export function dropout(rate: number, options: DropoutOptions = {}): Layer {
  readNumber('dropout', 'rate', rate, ranges.belowOne)
  const config = { kind: 'dropout', rate, ...readLayerName('dropout', readOptions('dropout', options, ['name']).name) }
  return defineLayer(config, (scope, value) => scope.node('', 'dropout', [value], { rate }))
}
