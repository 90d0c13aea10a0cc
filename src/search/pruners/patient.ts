import { ranges, readInteger, readNumber, readOptions, refuse } from '../../options.ts'
import { isBetter } from '../history.ts'
import { bestOf } from './percentile.ts'
import { definePruner, type Pruner, prunerPlan } from './pruner.ts'

/** Options of {@link patient}. */
export interface PatientOptions {
  /** Asked once patience is over; default: none, the trial is stopped then. */
  readonly pruner?: Pruner
  /** So many steps behind the best may pass without an improvement, an integer ≥ 0. */
  readonly patience: number
  /** What counts as an improvement is this much better than before, ≥ 0; default 0. */
  readonly minDelta?: number
}

/**
 * Asks another pruner only when a trial has not improved for some steps.
 *
 * The best of the last `patience` + 1 reports must be worse than the best of those before by more than `minDelta`. As Optuna's
 * `PatientPruner`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range, or `pruner` is one for folds
 * @example
 * ```ts
 * createStudy({ space, direction: 'minimize', pruner: patient({ pruner: median(), patience: 3 }) })
 * ```
 */
export function patient(options: PatientOptions): Pruner {
  const read = readOptions('patient', options, ['pruner', 'patience', 'minDelta'])
  const patience = readInteger('patient', 'patience', read.patience, 0)
  const minDelta = readNumber('patient', 'minDelta', read.minDelta, ranges.notNegative, 0)
  const inner = prunerPlan(read.pruner)
  if (read.pruner !== undefined && inner?.series !== 'steps' && inner?.series !== 'none')
    refuse('patient', 'pruner must be one for steps', read.pruner)
  const config = read.pruner === undefined ? {} : { pruner: (read.pruner as Pruner).config }
  return definePruner(
    { kind: 'patient', ...config, patience, minDelta },
    {
      usesHistory: inner?.usesHistory ?? false,
      series: 'steps',
      prune(context) {
        const { own, direction } = context
        if (own.steps.length <= patience + 1) return false
        const before = bestOf(own.values.slice(0, -patience - 1), direction)
        const after = bestOf(own.values.slice(-patience - 1), direction)
        const bar = direction === 'minimize' ? before + minDelta : before - minDelta
        return isBetter(bar, after, direction) && (inner === undefined || inner.prune(context))
      },
    },
  )
}
