import { ranges, readNumber, readOptions } from '../../options.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** Name in the network; default `gaussianNoise_1`, … */
  readonly name?: string
}

/**
 * In training y = x + deviation · z with a standard normal z for each element; the identity otherwise. The noise is a
 * function of (seed, step, element). On standardised inputs it acts like an L2 penalty.
 *
 * Bishop, "Training with Noise is Equivalent to Tikhonov Regularization" (1995).
 *
 * @param deviation a finite number ≥ 0
 * @throws DownslopeError `ERR_OPTION` when `deviation` is negative or not finite
 * @example
 * ```ts
 * sequential([input({ shape: [10] }), standardize(), gaussianNoise(0.1), dense(32, { activation: 'relu' }), dense(1)])
 * ```
 */
export function gaussianNoise(deviation: number, options: GaussianNoiseOptions = {}): Layer {
  readNumber('gaussianNoise', 'deviation', deviation, ranges.notNegative)
  const read = readOptions('gaussianNoise', options, ['name'])
  const config = { kind: 'gaussianNoise', deviation, ...readLayerName('gaussianNoise', read.name) }
  return defineLayer(config, (scope, value) => scope.node('', 'gaussianNoise', [value], { deviation }))
}
