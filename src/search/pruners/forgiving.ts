import { isBetter } from '../history.ts'
import { meanOf } from '../statistics/moments.ts'
import { definePruner, type Pruner } from './pruner.ts'

/**
 * For folds: stops a trial as soon as the mean of its folds so far is worse than the worst single fold of the best trial.
 *
 * It forgives what the noise of the folds explains, needs no number to be chosen and works from the first fold on. A trial with
 * a fold of NaN is stopped. Bergman, Purucker, Hutter, "Don't Waste Your Time: Early Stopping Cross-Validation" (2024).
 *
 * @example
 * ```ts
 * createStudy({ space, direction: 'maximize', pruner: forgiving() })
 * ```
 */
export function forgiving(): Pruner {
  return definePruner(
    { kind: 'forgiving' },
    {
      usesHistory: true,
      series: 'folds',
      prune({ own, history, direction }) {
        const mean = meanOf(own.values)
        if (Number.isNaN(mean)) return true
        const [first, ...others] = history.incumbent()?.folds.values ?? []
        if (first === undefined) return false
        let worst = first
        for (const value of others) if (isBetter(worst, value, direction)) worst = value
        return isBetter(worst, mean, direction)
      },
    },
  )
}
