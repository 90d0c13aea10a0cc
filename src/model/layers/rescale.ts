import { ranges, readNumber, readOptions } from '../../options.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link rescale}. */
export interface RescaleOptions {
  /** Added after the scaling; default 0. */
  readonly offset?: number
  /** Name in the network; default `rescale_1`, … */
  readonly name?: string
}

/**
 * y = x · scale + offset, as part of the model. After an input it costs nothing: it happens while the batch is gathered.
 *
 * @param scale a finite number
 * @throws DownslopeError `ERR_OPTION` when a number is not finite or an option is unknown
 * @example
 * ```ts
 * sequential([input({ shape: [784] }), rescale(1 / 255), dense(10)]) // bytes to [0, 1]
 * ```
 */
export function rescale(scale: number, options: RescaleOptions = {}): Layer {
  readNumber('rescale', 'scale', scale, ranges.finite)
  const read = readOptions('rescale', options, ['offset', 'name'])
  const offset = readNumber('rescale', 'offset', read.offset, ranges.finite, 0)
  const config = { kind: 'rescale', scale, offset, ...readLayerName('rescale', read.name) }
  return defineLayer(config, (scope, value) => scope.node('', 'affine', [value], { scale, offset }))
}
