import { ranges, readNumber, readOptions } from '../options.ts'
import {
  type BuiltInSchedule,
  defineSchedule,
  type Length,
  markFactory,
  readLengthOfRun,
  shareDone,
} from './schedule.ts'

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** Value at step 0, ≥ 0. */
  readonly initial: number
  /** Value from the end of the decay on, ≥ 0; default 0. */
  readonly end?: number
  /** Steps, or `epochs(n)`, that the decay takes; default: the whole run. */
  readonly decaySteps?: Length
}

/**
 * Half a cosine: η(s) = end + (initial − end) · (1 + cos(π · s / decaySteps)) / 2, and `end` afterwards.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), without the restarts.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * adamw({ learningRate: cosineDecay({ initial: 1e-3 }) })
 * ```
 */
export function cosineDecay(options: CosineDecayOptions): BuiltInSchedule {
  const where = 'cosineDecay'
  const read = readOptions(where, options, ['initial', 'end', 'decaySteps'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const end = readNumber(where, 'end', read.end, ranges.notNegative, 0)
  const decaySteps = readLengthOfRun(where, 'decaySteps', read.decaySteps)
  const config = { kind: where, initial, end, ...(decaySteps === undefined ? {} : { decaySteps }) }
  return defineSchedule(config, (step, run) => {
    const done = shareDone(decaySteps, step, run)
    return end + ((initial - end) * (1 + Math.cos(Math.PI * done))) / 2
  })
}
markFactory(cosineDecay)
