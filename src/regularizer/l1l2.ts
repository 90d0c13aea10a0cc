import { ranges, readNumber, readOptions } from '../options.ts'
import { defineRegularizer, type Regularizer } from './regularizer.ts'

/** Options of {@link l1l2}. */
export interface L1L2Options {
  /** Factor of Σ|w|, ≥ 0; default 0. */
  readonly l1?: number
  /** Factor of Σw²/2, ≥ 0; default 0. */
  readonly l2?: number
}

/**
 * Elastic net: adds l1 · Σ|w| + l2/2 · Σw² to the mean loss.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or not a number ≥ 0
 * @example
 * ```ts
 * dense(64, { kernelRegularizer: l1l2({ l1: 1e-5, l2: 1e-4 }) })
 * ```
 */
export function l1l2(options: L1L2Options): Regularizer {
  const read = readOptions('l1l2', options, ['l1', 'l2'])
  const first = readNumber('l1l2', 'l1', read.l1, ranges.notNegative, 0)
  const second = readNumber('l1l2', 'l2', read.l2, ranges.notNegative, 0)
  return defineRegularizer('l1l2', { l1: first, l2: second, proximal: false })
}
