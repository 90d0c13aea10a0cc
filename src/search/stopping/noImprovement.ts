import { ranges, readInteger, readNumber, readOptions } from '../../options.ts'
import { stands } from '../history.ts'
import { defineStopping, type Stopping } from './stopping.ts'

/** Options of {@link noImprovement}. */
export interface NoImprovementOptions {
  /** So many finished trials in a row without a new best end the search, an integer ≥ 1. */
  readonly trials: number
  /** What counts as new best is this much better than the last, ≥ 0; default 0. */
  readonly minDelta?: number
}

/**
 * Ends the search when the last `trials` finished trials brought no new best.
 *
 * Only completed trials within the constraints bring a best; trials before the first of them do not count. It is decided on the
 * declared history of the trial that would be next, so that the number of trials does not depend on workers.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * await study.optimize(objective, { trials: 500, stopping: noImprovement({ trials: 50 }) })
 * ```
 */
export function noImprovement(options: NoImprovementOptions): Stopping {
  const read = readOptions('noImprovement', options, ['trials', 'minDelta'])
  const trials = readInteger('noImprovement', 'trials', read.trials, 1)
  const minDelta = readNumber('noImprovement', 'minDelta', read.minDelta, ranges.notNegative, 0)
  return defineStopping(
    { kind: 'noImprovement', trials, minDelta },
    {
      stop({ history, direction }) {
        const sign = direction === 'minimize' ? 1 : -1
        const { values } = history.column('stands', (trial) =>
          stands(trial) ? sign * (trial.values[0] as number) : Number.NaN,
        )
        let best = Number.NaN
        let since = 0
        for (let position = 0; position < history.count; position++) {
          const value = values[position] as number
          if (Number.isNaN(best) ? !Number.isNaN(value) : value < best - minDelta) {
            best = value
            since = 0
          } else if (!Number.isNaN(best)) since++
        }
        return since >= trials
      },
    },
  )
}
