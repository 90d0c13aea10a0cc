import { readInteger, readOptions } from '../../options.ts'
import { below, type DeclaredHistory, type Direction, isBetter, type Series, type SettledTrial } from '../history.ts'
import { definePruner, type Pruner } from './pruner.ts'

/** Options of {@link successiveHalving}. */
export interface SuccessiveHalvingOptions {
  /** The step of the first rung, an integer ≥ 1; default 1. */
  readonly minResource?: number
  /** From rung to rung the step grows by this factor, and one of so many trials goes on, an integer ≥ 2; default 3. */
  readonly reductionFactor?: number
  /** So many rungs are left out at the beginning, an integer ≥ 0; default 0. */
  readonly skipRungs?: number
}

/**
 * Stops a trial at the rungs `minResource · reductionFactor^k` unless it is among the best of `1 / reductionFactor` of those
 * that came that far.
 *
 * The value at a rung is the first that is reported at its step or later. Where fewer than `reductionFactor` trials came to a
 * rung, only the best goes on. A trial that reports NaN at a rung is stopped. Nothing is paused: this is the stopping kind
 * of asynchronous halving, on the trial's declared history. Li et al., "A System for Massively Parallel Hyperparameter
 * Tuning" (2020); rungs and shares as Optuna's `SuccessiveHalvingPruner`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * createStudy({ space, direction: 'maximize', pruner: successiveHalving({ minResource: 1, reductionFactor: 3 }) })
 * ```
 */
export function successiveHalving(options: SuccessiveHalvingOptions = {}): Pruner {
  const where = 'successiveHalving'
  const read = readOptions(where, options, ['minResource', 'reductionFactor', 'skipRungs'])
  const minResource = readInteger(where, 'minResource', read.minResource, 1, 1)
  const reductionFactor = readInteger(where, 'reductionFactor', read.reductionFactor, 2, 3)
  const skipRungs = readInteger(where, 'skipRungs', read.skipRungs, 0, 0)
  let first = minResource
  for (let rung = 0; rung < skipRungs && Number.isFinite(first); rung++) first *= reductionFactor
  return definePruner(
    { kind: where, minResource, reductionFactor, skipRungs },
    {
      usesHistory: true,
      series: 'steps',
      prune: ({ own, history, direction }) => halves(own, history, direction, { first, factor: reductionFactor }),
    },
  )
}

/** Rungs, and who meets there. */
export interface Rungs {
  /** Step of the first one. */
  readonly first: number
  readonly factor: number
  /** Trials that compete, and a name for them; default all. */
  readonly among?: { readonly name: string; readonly holds: (number: number) => boolean }
}

/** The rule. */
export function halves(
  own: Series,
  history: DeclaredHistory,
  direction: Direction,
  { first, factor, among }: Rungs,
): boolean {
  const last = own.steps.at(-1) as number
  // all rungs again: the trial may not have asked at each of them
  for (let step = first; step <= last; step *= factor) {
    const value = atRung(own, step) as number
    if (Number.isNaN(value)) return true
    const others = history.column(`rung ${step} ${among?.name ?? ''}`, (trial: SettledTrial) =>
      among === undefined || among.holds(trial.number) ? atRung(trial.steps, step) : undefined,
    )
    let better = 0
    for (let index = 0; index < others.count; index++) {
      if (isBetter(others.values[index] as number, value, direction)) better++
    }
    if (better >= Math.max(1, Math.floor((others.count + 1) / factor))) return true
  }
  return false
}

function atRung({ steps, values }: Series, step: number): number | undefined {
  return values[below(steps, step)]
}
