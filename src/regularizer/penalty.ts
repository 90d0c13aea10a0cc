import type { TensorLike } from '../data/index.ts'
import { readTensor } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import { guarded } from '../options.ts'
import { type Regularizer, regularizerConfig } from './regularizer.ts'

/**
 * What a regulariser adds to the mean loss for some weights: l1 · Σ|w| + l2/2 · Σw², summed in 64 bits. 0 for no weights.
 *
 * @param weights a tensor, typed array, nested arrays or a number, all finite; numbers in arrays are rounded to f32
 * @throws DownslopeError `ERR_OPTION` when the regulariser was not made by {@link l1}, {@link l2} or {@link l1l2};
 * `ERR_DATA` when a weight is not a finite number; `ERR_SHAPE` when arrays are ragged
 * @example
 * ```ts
 * penalty(l2(0.5), [[1, 2], [3, 4]])     // 7.5
 * penalty(l1(1e-3), model.weights()['dense_1/kernel'])
 * ```
 */
export function penalty(regularizer: Regularizer, weights: TensorLike): number {
  const config = regularizerConfig('penalty', 'regularizer', regularizer)
  return guarded('penalty', 'ERR_DATA', () => {
    const { data } = readTensor('penalty: weights', weights)
    let absolute = 0
    let squares = 0
    for (let index = 0; index < data.length; index++) {
      const weight = data[index] as number
      if (!Number.isFinite(weight)) {
        const text = `penalty: weights must be finite numbers, received ${weight} at element ${index}`
        throw new DownslopeError('ERR_DATA', text)
      }
      absolute += Math.abs(weight)
      squares += weight * weight
    }
    return config.l1 * absolute + (config.l2 / 2) * squares
  })
}
