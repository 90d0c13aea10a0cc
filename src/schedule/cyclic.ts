import { ranges, readName, readNumber, readOptions, refuse } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLength } from './schedule.ts'

/** Options of {@link cyclic}. */
export interface CyclicOptions {
  /** Where each cycle begins and ends, ≥ 0. */
  readonly min: number
  /** What the first cycle rises to, ≥ `min`. */
  readonly max: number
  /** Steps, or `epochs(n)`, of the rise, and of the fall. */
  readonly halfCycle: Length
  /**
   * The height of a cycle: the same for all with `'triangular'` (default), half of the one before with `'triangular2'`,
   * multiplied by gamma^s with `'exponential'`.
   */
  readonly mode?: 'triangular' | 'triangular2' | 'exponential'
  /** In (0, 1], used by `'exponential'` only; default 1. */
  readonly gamma?: number
}

/**
 * Up and down in lines: η(s) = min + (max − min) · h · (1 − |s / halfCycle − 2c − 1|), with the number of the cycle
 * c = ⌊s / (2 · halfCycle)⌋ and h = 1, 2^−c or gamma^s. As PyTorch's `CyclicLR`, without its momentum.
 *
 * Smith, "Cyclical Learning Rates for Training Neural Networks" (2017).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: cyclic({ min: 0.001, max: 0.1, halfCycle: epochs(4) }) })
 * ```
 */
export function cyclic(options: CyclicOptions): BuiltInSchedule {
  const where = 'cyclic'
  const read = readOptions(where, options, ['min', 'max', 'halfCycle', 'mode', 'gamma'])
  const min = readNumber(where, 'min', read.min, ranges.notNegative)
  const max = readNumber(where, 'max', read.max, ranges.notNegative)
  if (max < min) refuse(where, `max must be at least min (${min})`, max)
  const halfCycle = readLength(where, 'halfCycle', read.halfCycle)
  const mode = readName(where, 'mode', read.mode ?? 'triangular', ['triangular', 'triangular2', 'exponential'])
  const gamma = readNumber(where, 'gamma', read.gamma, ranges.share, 1)
  if (read.gamma !== undefined && mode !== 'exponential') refuse(where, "gamma needs mode 'exponential'", read.gamma)
  return defineSchedule(
    { kind: where, min, max, halfCycle, mode, ...(mode === 'exponential' && { gamma }) },
    (step, run) => {
      const time = step / inSteps(halfCycle, run)
      const cycle = Math.floor(time / 2)
      const scale = mode === 'triangular' ? 1 : mode === 'triangular2' ? 2 ** -cycle : gamma ** step
      return min + (max - min) * scale * Math.max(1 - Math.abs(time - 2 * cycle - 1), 0)
    },
  )
}
markFactory(cyclic)
