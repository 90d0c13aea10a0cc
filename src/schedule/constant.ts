import { ranges, readNumber } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, markFactory } from './schedule.ts'

/**
 * The same value at every step: η(s) = value.
 *
 * @param value a finite number
 * @throws DownslopeError `ERR_OPTION` when `value` is not finite
 * @example
 * ```ts
 * sgd({ learningRate: constant(0.01) })
 * ```
 */
export function constant(value: number): BuiltInSchedule {
  readNumber('constant', 'value', value, ranges.finite)
  return defineSchedule({ kind: 'constant', value }, () => value)
}
markFactory(constant)
