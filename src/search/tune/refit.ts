import type { Dataset } from '../../data/dataset.ts'
import type { AnyModel } from '../../model/model.ts'
import { type FitResult, fit } from '../../train/fit.ts'
import { type FitOptions, type FitPlan, readFitOptions } from '../../train/options.ts'
import type { Run } from '../../train/run.ts'
import type { ReadCandidate } from '../candidate.ts'
import { meanOf } from '../statistics/moments.ts'

/** The options of a candidate on all of the data: no rows are left to validate on, so nothing that looks at them. */
function optionsOf({ options }: ReadCandidate): Record<string, unknown> {
  const { validation, earlyStopping, ...rest } = options
  return rest
}

/** Complains about a candidate that could not be trained on all of the data: a plateau of validation rows, for example. */
export function checkRefit(candidate: ReadCandidate): FitPlan {
  return readFitOptions('tune: refit', optionsOf(candidate), candidate.network.outputs)
}

/** Trains the winner on all of the data; `bestEpochs` is what early stopping found in each fold. */
export function refit(
  candidate: ReadCandidate,
  data: Dataset,
  seed: number,
  bestEpochs: readonly number[],
  signal: AbortSignal | undefined,
): Run<unknown, FitResult> {
  const stopped = candidate.options.earlyStopping !== undefined && bestEpochs.length > 0
  return fit(candidate.start as AnyModel<never>, data, {
    ...optionsOf(candidate),
    seed: candidate.options.seed ?? seed,
    ...(stopped ? { epochs: Math.max(1, Math.round(meanOf(bestEpochs))) } : {}),
    ...(signal === undefined ? {} : { signal }),
  } as FitOptions)
}
