import { ranges, readNumber, readOptions } from '../options.ts'
import {
  type BuiltInSchedule,
  defineSchedule,
  type Length,
  markFactory,
  readLengthOfRun,
  shareDone,
} from './schedule.ts'

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  /** Value at step 0, ≥ 0. */
  readonly initial: number
  /** Value from the end of the decay on, ≥ 0; default 0. */
  readonly end?: number
  /** Exponent, > 0; default 1, which is a line. */
  readonly power?: number
  /** Steps, or `epochs(n)`, that the decay takes; default: the whole run. */
  readonly decaySteps?: Length
}

/**
 * A power of what is left: η(s) = end + (initial − end) · (1 − s / decaySteps)^power, and `end` afterwards.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: polynomialDecay({ initial: 0.1, end: 0.001, power: 2 }) })
 * ```
 */
export function polynomialDecay(options: PolynomialDecayOptions): BuiltInSchedule {
  const where = 'polynomialDecay'
  const read = readOptions(where, options, ['initial', 'end', 'power', 'decaySteps'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const end = readNumber(where, 'end', read.end, ranges.notNegative, 0)
  const power = readNumber(where, 'power', read.power, ranges.positive, 1)
  const decaySteps = readLengthOfRun(where, 'decaySteps', read.decaySteps)
  const config = { kind: where, initial, end, power, ...(decaySteps === undefined ? {} : { decaySteps }) }
  return defineSchedule(config, (step, run) => end + (initial - end) * (1 - shareDone(decaySteps, step, run)) ** power)
}
markFactory(polynomialDecay)
