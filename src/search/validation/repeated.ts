import type { DrawnFold } from '../../data/drawn.ts'
import { readInteger, refuse } from '../../options.ts'
import { checkFolds, defineValidation, type Validation, validationPlan } from './validation.ts'

/**
 * A rule several times, each with other random rows: `repeated(kFold(5), 3)` has 15 folds, the five of the first round first.
 * The first round is what the rule alone gives.
 *
 * @param rule `kFold` or `holdout` with random rows
 * @param times how often, an integer ≥ 1
 * @throws DownslopeError `ERR_OPTION`, also for a rule that gives the same folds each time; where it is used, as the rule
 * @example
 * ```ts
 * crossValidate(data, { build, validation: repeated(holdout(0.2), 10), metrics: ['accuracy'] }) // Monte Carlo cross-validation
 * ```
 */
export function repeated(rule: Validation, times: number): Validation {
  const plan = validationPlan(rule)
  // rounds of rounds would draw the same rows again: a path of [1] would be the second round of both
  if (plan === undefined || rule.kind === 'repeated') {
    return refuse('repeated', 'rule must be made by kFold or holdout', rule)
  }
  if (!plan.random) refuse('repeated', `rule must draw rows at random, which ${rule.kind} here does not`, rule)
  readInteger('repeated', 'times', times, 1)
  return defineValidation(
    { kind: 'repeated', rule: rule.config, times },
    {
      folds: plan.folds * times,
      random: true,
      async draw(where, data, draw) {
        checkFolds(`${where}: repeated`, 'times', plan.folds * times, data.size)
        const folds: DrawnFold[] = []
        for (let time = 0; time < times; time++) {
          const path = time === 0 ? draw.path : [...draw.path, time]
          folds.push(...(await plan.draw(`${where}: repeated`, data, { seed: draw.seed, path })))
        }
        return folds
      },
    },
  )
}
