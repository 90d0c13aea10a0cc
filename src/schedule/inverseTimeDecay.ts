import { ranges, readBoolean, readNumber, readOptions } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLength } from './schedule.ts'

/** Options of {@link inverseTimeDecay}. */
export interface InverseTimeDecayOptions {
  /** Value at step 0, ≥ 0. */
  readonly initial: number
  /** What is added to the divisor per `decaySteps`, ≥ 0. */
  readonly decayRate: number
  /** Steps, or `epochs(n)`, after which the divisor has grown by `decayRate`. */
  readonly decaySteps: Length
  /** Decay in jumps rather than smoothly; default `false`. */
  readonly staircase?: boolean
}

/**
 * Decay with the inverse of time: η(s) = initial / (1 + decayRate · s / decaySteps), with the quotient s / decaySteps
 * rounded down when `staircase`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: inverseTimeDecay({ initial: 0.1, decayRate: 1, decaySteps: epochs(1) }) })
 * ```
 */
export function inverseTimeDecay(options: InverseTimeDecayOptions): BuiltInSchedule {
  const where = 'inverseTimeDecay'
  const read = readOptions(where, options, ['initial', 'decayRate', 'decaySteps', 'staircase'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const decayRate = readNumber(where, 'decayRate', read.decayRate, ranges.notNegative)
  const decaySteps = readLength(where, 'decaySteps', read.decaySteps)
  const staircase = readBoolean(where, 'staircase', read.staircase, false)
  return defineSchedule({ kind: where, initial, decayRate, decaySteps, staircase }, (step, run) => {
    const time = step / inSteps(decaySteps, run)
    return initial / (1 + decayRate * (staircase ? Math.floor(time) : time))
  })
}
markFactory(inverseTimeDecay)
