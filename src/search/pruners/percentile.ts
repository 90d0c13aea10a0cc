import { type Range, readInteger, readNumber, readOptions } from '../../options.ts'
import { below, type Column, type Direction, isBetter, type SettledTrial } from '../history.ts'
import { type IntervalOptions, isDue, readInterval } from './interval.ts'
import { definePruner, type PruneContext, type Pruner, type PrunerPlan } from './pruner.ts'

/** Options that {@link median} and {@link percentile} share. */
export interface MedianOptions extends IntervalOptions {
  /** Nothing is pruned before so many trials have been completed, an integer ≥ 0; default 5. */
  readonly startupTrials?: number
  /** Nothing is pruned at a step that fewer completed trials reached, an integer ≥ 1; default 1. */
  readonly minTrials?: number
}

/** Options of {@link percentile}. */
export interface PercentileOptions extends MedianOptions {
  /** The share of completed trials among which a trial must be, in percent, [0, 100]; default 25. */
  readonly percentile?: number
}

const percent: Range = { text: 'in [0, 100]', holds: (value) => value >= 0 && value <= 100 }

/**
 * Stops a trial whose best value so far is worse than a percentile of the values that completed trials reported at this step.
 *
 * The percentile is interpolated linearly. A trial that reported only NaN is stopped. As Optuna's `PercentilePruner`, but on the
 * trial's declared history.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * createStudy({ space, direction: 'minimize', pruner: percentile({ percentile: 25, warmupSteps: 3 }) })
 * ```
 */
export function percentile(options: PercentileOptions = {}): Pruner {
  const read = readOptions('percentile', options, [
    'percentile',
    'startupTrials',
    'warmupSteps',
    'interval',
    'minTrials',
  ])
  const share = readNumber('percentile', 'percentile', read.percentile, percent, 25)
  const { percentile: _, ...rest } = read
  const shared = readMedian('percentile', rest)
  return definePruner({ kind: 'percentile', percentile: share, ...shared }, percentilePlan(share, shared))
}

/** Reads the options that both have. */
export function readMedian(
  where: string,
  read: { readonly [K in keyof MedianOptions]-?: unknown },
): Required<MedianOptions> {
  return {
    startupTrials: readInteger(where, 'startupTrials', read.startupTrials, 0, 5),
    ...readInterval(where, read),
    minTrials: readInteger(where, 'minTrials', read.minTrials, 1, 1),
  }
}

const completed = (trial: SettledTrial): number | undefined => (trial.status === 'completed' ? 1 : undefined)

/** The rule. */
export function percentilePlan(share: number, options: Required<MedianOptions>): PrunerPlan {
  const prune = ({ own, history, direction }: PruneContext): boolean => {
    const finished = history.column('completed', completed).count
    if (finished === 0 || finished < options.startupTrials || !isDue(own, options)) return false
    const best = bestOf(own.values, direction)
    if (Number.isNaN(best)) return true
    const step = own.steps.at(-1) as number
    const others = history.column(`completed at ${step}`, (trial) => {
      const index = below(trial.steps.steps, step)
      return trial.status === 'completed' && trial.steps.steps[index] === step ? trial.steps.values[index] : undefined
    })
    if (others.count < options.minTrials || others.count === 0) return false
    return beyond(best, others, direction === 'minimize' ? share : 100 - share, direction)
  }
  return { usesHistory: true, series: 'steps', prune }
}

/** The best of some numbers, NaN left out; NaN when nothing is left. */
export function bestOf(values: readonly number[], direction: Direction): number {
  let best = Number.NaN
  for (const value of values) if (Number.isNaN(best) || isBetter(value, best, direction)) best = value
  return best
}

/** Whether a value is worse than a percentile, found in one pass and without sorting. */
function beyond(value: number, { values, count }: Column, share: number, direction: Direction): boolean {
  const place = (count - 1) * (share / 100)
  const lower = Math.floor(place)
  const weight = place - lower
  // what the value's own place tells of the two neighbours of the percentile: those at `lower` and behind it in order
  let smaller = 0
  let equal = 0
  let before = Number.NEGATIVE_INFINITY
  let behind = Number.POSITIVE_INFINITY
  for (let index = 0; index < count; index++) {
    const other = values[index] as number
    if (other < value) {
      smaller++
      if (other > before) before = other
    } else if (other > value) {
      if (other < behind) behind = other
    } else equal++
  }
  const next = Math.min(lower + 1, count - 1)
  if (next < smaller) return direction === 'minimize'
  if (lower >= smaller + equal) return direction === 'maximize'
  const a = lower < smaller ? before : value
  const b = next < smaller + equal ? value : behind
  const bound = weight === 0 || a === b ? a : weight < 0.5 ? a + (b - a) * weight : b - (b - a) * (1 - weight)
  return isBetter(bound, value, direction)
}
