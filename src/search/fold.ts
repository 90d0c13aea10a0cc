import type { DrawnFold } from '../data/drawn.ts'
import { DownslopeError } from '../errors.ts'
import type { Measure } from '../metric/index.ts'
import { measure } from '../model/measure.ts'
import { type AnyModel, modelInside } from '../model/model.ts'
import { planOf } from '../optimizer/optimizer.ts'
import type { Status } from '../train/advance.ts'
import { fit } from '../train/fit.ts'
import type { EpochRecord } from '../train/history.ts'
import type { FitOptions } from '../train/options.ts'
import type { ReadCandidate } from './candidate.ts'

/** How a fold is trained and measured. */
export interface FoldPlan {
  readonly where: string
  readonly seed: number
  /** What is measured on the validation rows besides the loss. */
  readonly measures: readonly Measure[]
  readonly predictions?: 'plain' | 'probabilities'
  readonly signal: AbortSignal
  /** Threads for the arithmetic, where the candidate says nothing; the result is the same. */
  readonly threads: number
  /** Looks at each epoch, whose records then have these metrics; true gives the fold up. */
  readonly watch?: { readonly metrics: unknown; readonly over: (record: EpochRecord) => boolean }
}

/** What became of a fold. */
export interface FoldResult {
  readonly status: Status | 'given up'
  /** Epochs that were finished. */
  readonly epochs: number
  readonly bestEpoch: number | undefined
  readonly seconds: number
  /** Loss and metrics on the validation rows; NaN after divergence. */
  readonly values: Readonly<Record<string, number>>
  /** For each output; none where they were not wanted. */
  readonly predictions: readonly Float32Array[]
}

/** Trains a candidate on the rows of a fold and measures it on the others. */
export async function runFold(candidate: ReadCandidate, fold: DrawnFold, plan: FoldPlan): Promise<FoldResult> {
  const began = performance.now()
  const { start, options } = candidate
  const { watch, signal } = plan
  const run = fit(start as AnyModel<never>, fold.train, {
    threads: plan.threads,
    seed: plan.seed,
    ...options,
    ...(looked(options, watch) ? { validation: options.validation ?? fold.validation } : {}),
    ...(watch === undefined ? {} : { metrics: watch.metrics }),
    signal,
  } as FitOptions)
  let over = false
  if (watch !== undefined) {
    for await (const record of run) {
      over = watch.over(record)
      if (over) break
    }
    if (over) run.stop()
  }
  const { model, status, history, bestEpoch } = await run
  try {
    if (over) {
      const seconds = (performance.now() - began) / 1000
      return { status: 'given up', epochs: history.length, bestEpoch, seconds, values: {}, predictions: [] }
    }
    const scored = await score(model, fold, plan, status === 'diverged')
    const seconds = (performance.now() - began) / 1000
    return { status, epochs: history.length, bestEpoch, seconds, ...scored }
  } finally {
    model.close()
  }
}

/** Whether somebody looks at validation rows while training goes on; it changes nothing else. */
function looked({ earlyStopping, validation, optimizer }: ReadCandidate['options'], watch: FoldPlan['watch']): boolean {
  const numbers = Object.values(planOf(optimizer)?.numbers ?? {})
  const scheduled = numbers.some((value) => typeof value !== 'number')
  return watch !== undefined || earlyStopping !== undefined || validation !== undefined || scheduled
}

/** What a model is worth on the validation rows of a fold. */
async function score(
  model: AnyModel,
  { validation }: DrawnFold,
  { where, measures, predictions, threads, signal }: FoldPlan,
  diverged: boolean,
): Promise<Pick<FoldResult, 'values' | 'predictions'>> {
  const { handle, network, objectives, classes } = modelInside(where, model)
  if (objectives === undefined) throw new DownslopeError('ERR_INTERNAL', `${where}: a trained model without a loss`)
  const wanted = { measures, threads, ...(predictions === undefined ? {} : { predictions }) }
  const measured = await measure(where, { handle, network, objectives, classes }, validation, wanted)
  signal.throwIfAborted()
  if (!diverged) return measured
  const values = Object.fromEntries(Object.keys(measured.values).map((key) => [key, Number.NaN]))
  return { values, predictions: measured.predictions.map((values) => values.fill(Number.NaN)) }
}
