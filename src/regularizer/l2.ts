import { ranges, readNumber } from '../options.ts'
import { defineRegularizer, type Regularizer } from './regularizer.ts'

/**
 * Ridge: adds λ/2 · Σw² to the mean loss, so that the gradient is λ·w.
 *
 * Differs from Keras, whose `l2(λ)` adds λ · Σw².
 *
 * @param lambda λ ≥ 0
 * @throws DownslopeError `ERR_OPTION` when λ is not a number ≥ 0
 * @example
 * ```ts
 * dense(64, { kernelRegularizer: l2(1e-4) })
 * ```
 */
export function l2(lambda: number): Regularizer {
  return defineRegularizer('l2', { l1: 0, l2: readNumber('l2', 'λ', lambda, ranges.notNegative), proximal: false })
}
