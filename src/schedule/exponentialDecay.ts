import { ranges, readBoolean, readNumber, readOptions } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLength } from './schedule.ts'

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** Value at step 0, ≥ 0. */
  readonly initial: number
  /** Factor per `decaySteps`, > 0. */
  readonly decayRate: number
  /** Steps, or `epochs(n)`, after which the value was multiplied by `decayRate`. */
  readonly decaySteps: Length
  /** Decay in jumps rather than smoothly; default `false`. */
  readonly staircase?: boolean
}

/**
 * Exponential decay: η(s) = initial · decayRate^(s / decaySteps), with the exponent rounded down when `staircase`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: exponentialDecay({ initial: 0.1, decayRate: 0.96, decaySteps: 1000 }) })
 * ```
 */
export function exponentialDecay(options: ExponentialDecayOptions): BuiltInSchedule {
  const where = 'exponentialDecay'
  const read = readOptions(where, options, ['initial', 'decayRate', 'decaySteps', 'staircase'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const decayRate = readNumber(where, 'decayRate', read.decayRate, ranges.positive)
  const decaySteps = readLength(where, 'decaySteps', read.decaySteps)
  const staircase = readBoolean(where, 'staircase', read.staircase, false)
  return defineSchedule({ kind: where, initial, decayRate, decaySteps, staircase }, (step, run) => {
    const exponent = step / inSteps(decaySteps, run)
    return initial * decayRate ** (staircase ? Math.floor(exponent) : exponent)
  })
}
markFactory(exponentialDecay)
