import { ranges, readBoolean, readNumber, readOptions } from '../options.ts'
import { defineRegularizer, type Regularizer } from './regularizer.ts'

/** Options of {@link l1}. */
export interface L1Options {
  /** Soft thresholding after the step, which makes weights exactly zero, rather than a subgradient; default `false`. */
  readonly proximal?: boolean
}

/**
 * Lasso: adds λ · Σ|w| to the mean loss.
 *
 * @param lambda λ ≥ 0
 * @throws DownslopeError `ERR_OPTION` when λ is not a number ≥ 0 or an option is unknown
 * @example
 * ```ts
 * dense(64, { kernelRegularizer: l1(1e-5) })
 * ```
 */
export function l1(lambda: number, options: L1Options = {}): Regularizer {
  const read = readOptions('l1', options, ['proximal'])
  const config = { l1: readNumber('l1', 'λ', lambda, ranges.notNegative), l2: 0 }
  return defineRegularizer('l1', { ...config, proximal: readBoolean('l1', 'proximal', read.proximal, false) })
}
