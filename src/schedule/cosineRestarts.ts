import { type Range, ranges, readNumber, readOptions } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLength } from './schedule.ts'

/** Options of {@link cosineRestarts}. */
export interface CosineRestartsOptions {
  /** Value at step 0, ≥ 0. */
  readonly initial: number
  /** What every cycle falls to, ≥ 0; default 0. */
  readonly end?: number
  /** Steps, or `epochs(n)`, of the first cycle. */
  readonly firstCycle: Length
  /** How many times longer each cycle is than the one before, in [1, 1000]; default 2. */
  readonly multiplier?: number
  /** What the height above `end` is multiplied by at each restart, in (0, 1]; default 1. */
  readonly decay?: number
}

const growth: Range = { text: 'in [1, 1000]', holds: (value) => value >= 1 && value <= 1000 }

/**
 * Half a cosine again and again: in cycle i (from 0), which starts at step a and takes T = firstCycle · multiplier^i steps,
 * η(s) = end + (initial − end) · decay^i · (1 + cos(π · (s − a) / T)) / 2.
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017); `decay` is Keras' `m_mul`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: cosineRestarts({ initial: 0.1, firstCycle: epochs(5) }) })
 * ```
 */
export function cosineRestarts(options: CosineRestartsOptions): BuiltInSchedule {
  const where = 'cosineRestarts'
  const read = readOptions(where, options, ['initial', 'end', 'firstCycle', 'multiplier', 'decay'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const end = readNumber(where, 'end', read.end, ranges.notNegative, 0)
  const firstCycle = readLength(where, 'firstCycle', read.firstCycle)
  const multiplier = readNumber(where, 'multiplier', read.multiplier, growth, 2)
  const decay = readNumber(where, 'decay', read.decay, ranges.share, 1)
  return defineSchedule({ kind: where, initial, end, firstCycle, multiplier, decay }, (step, run) => {
    const { cycle, done } = placeInCycles(step / inSteps(firstCycle, run), multiplier)
    return end + ((initial - end) * decay ** cycle * (1 + Math.cos(Math.PI * done))) / 2
  })
}
markFactory(cosineRestarts)

/** The cycle that a time (in first cycles) falls into, and how much of it is over, in [0, 1). */
function placeInCycles(time: number, multiplier: number): { cycle: number; done: number } {
  if (multiplier === 1) return { cycle: Math.floor(time), done: time - Math.floor(time) }
  const rate = Math.log1p(multiplier - 1)
  const start = (cycle: number): number => Math.expm1(cycle * rate) / (multiplier - 1)
  let cycle = Math.floor(Math.log1p(time * (multiplier - 1)) / rate)
  // the logarithm is rounded, and at a restart that must not cost a whole cycle
  if (start(cycle + 1) <= time * (1 + 1e-12)) cycle += 1
  else if (start(cycle) > time * (1 + 1e-12)) cycle -= 1
  const done = (time - start(cycle)) / multiplier ** cycle
  return { cycle, done: Math.min(Math.max(done, 0), 1) }
}
