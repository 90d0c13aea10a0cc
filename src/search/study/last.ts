import type { Series } from '../history.ts'
import type { PrunerPlan } from '../pruners/pruner.ts'
import { meanOf } from '../statistics/moments.ts'

/**
 * The last that a trial reported, which stands for its value when it is pruned: in the series that the pruner looks at, or else
 * in the other. Of folds it is their mean.
 */
export function lastOf(
  { series }: PrunerPlan,
  trial: { readonly steps: Series; readonly folds: Series },
): { readonly step: number; readonly value: number } | undefined {
  const [first, second] = series === 'folds' ? (['folds', 'steps'] as const) : (['steps', 'folds'] as const)
  const kind = trial[first].steps.length > 0 ? first : second
  const { steps, values } = trial[kind]
  const step = steps.at(-1)
  if (step === undefined) return undefined
  return { step, value: kind === 'folds' ? meanOf(values) : (values.at(-1) as number) }
}
