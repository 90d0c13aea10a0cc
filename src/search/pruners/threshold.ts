import { ranges, readNumber, readOptions, refuse } from '../../options.ts'
import { type IntervalOptions, isDue, readInterval } from './interval.ts'
import { definePruner, type Pruner } from './pruner.ts'

/** Options of {@link threshold}; at least one bound. */
export interface ThresholdOptions extends IntervalOptions {
  /** A trial that reports less is stopped, a finite number; default: no bound. */
  readonly lower?: number
  /** A trial that reports more is stopped, a finite number ≥ `lower`; default: no bound. */
  readonly upper?: number
}

/**
 * Stops a trial that reports a value outside of [lower, upper], or NaN.
 *
 * As Optuna's `ThresholdPruner`.
 *
 * @throws DownslopeError `ERR_OPTION` when there is no bound, they are in the wrong order, or an option is unknown or out of
 * its range
 * @example
 * ```ts
 * createStudy({ space, direction: 'minimize', pruner: threshold({ upper: 10 }) })
 * ```
 */
export function threshold(options: ThresholdOptions): Pruner {
  const read = readOptions('threshold', options, ['lower', 'upper', 'warmupSteps', 'interval'])
  const bounds: { lower?: number; upper?: number } = {}
  if (read.lower !== undefined) bounds.lower = readNumber('threshold', 'lower', read.lower, ranges.finite)
  if (read.upper !== undefined) bounds.upper = readNumber('threshold', 'upper', read.upper, ranges.finite)
  const { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY } = bounds
  if (read.lower === undefined && read.upper === undefined) refuse('threshold', 'lower or upper must be given', options)
  if (lower > upper) refuse('threshold', `upper must be ≥ lower (${lower})`, upper)
  const when = readInterval('threshold', read)
  return definePruner(
    { kind: 'threshold', ...bounds, ...when },
    {
      usesHistory: false,
      series: 'steps',
      prune({ own }) {
        const last = own.values.at(-1) as number
        return isDue(own, when) && !(last >= lower && last <= upper)
      },
    },
  )
}
