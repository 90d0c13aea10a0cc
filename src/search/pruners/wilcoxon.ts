import { ranges, readInteger, readNumber, readOptions } from '../../options.ts'
import { meanOf } from '../statistics/moments.ts'
import { definePruner, type Pruner } from './pruner.ts'
import { signedRankTail } from './signedRank.ts'

/** Options of {@link wilcoxon}. */
export interface WilcoxonOptions {
  /** A trial is stopped when the probability of such folds without a difference is below this, (0, 1); default 0.1. */
  readonly level?: number
  /** Nothing is stopped before so many folds, an integer ≥ 2; default 2. */
  readonly startupFolds?: number
}

/**
 * For folds: stops a trial whose folds are worse than those of the best trial by a one-sided signed-rank test, fold by fold.
 *
 * The probability is exact (up to 100 folds), also with ties. With n folds it cannot be below 2⁻ⁿ, so a level of 0.1 needs
 * four folds and one of 0.05 five: for a handful of folds {@link forgiving} saves more. A trial whose mean is no worse is never stopped,
 * nor is one with a fold that is not finite. As Optuna's `WilcoxonPruner`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * createStudy({ space, direction: 'maximize', pruner: wilcoxon({ level: 0.1 }) })
 * ```
 */
export function wilcoxon(options: WilcoxonOptions = {}): Pruner {
  const read = readOptions('wilcoxon', options, ['level', 'startupFolds'])
  const level = readNumber('wilcoxon', 'level', read.level, ranges.openUnit, 0.1)
  const startupFolds = readInteger('wilcoxon', 'startupFolds', read.startupFolds, 2, 2)
  return definePruner(
    { kind: 'wilcoxon', level, startupFolds },
    {
      usesHistory: true,
      series: 'folds',
      prune({ own, history, direction }) {
        const best = history.incumbent()?.folds
        if (best === undefined || best.values.length === 0) return false
        if (![...own.values, ...best.values].every(Number.isFinite)) return false
        const sign = direction === 'minimize' ? 1 : -1
        const differences: number[] = []
        own.steps.forEach((fold, index) => {
          const same = best.steps.indexOf(fold)
          if (same >= 0) differences.push(sign * ((own.values[index] as number) - (best.values[same] as number)))
        })
        if (differences.length < startupFolds) return false
        return sign * (meanOf(own.values) - meanOf(best.values)) > 0 && signedRankTail(differences) < level
      },
    },
  )
}
