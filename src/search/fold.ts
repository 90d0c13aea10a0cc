import type { DrawnFold } from '../data/drawn.ts'
import { DownslopeError } from '../errors.ts'
import type { Measure } from '../metric/index.ts'
import { measure } from '../model/measure.ts'
import { type AnyModel, modelInside } from '../model/model.ts'
import { type Optimizer, planOf } from '../optimizer/optimizer.ts'
import type { Status } from '../train/advance.ts'
import { createStopper } from '../train/earlyStopping.ts'
import { type FitResult, fit } from '../train/fit.ts'
import type { EpochRecord } from '../train/history.ts'
import { type FitOptions, type FitPlan, readFitOptions } from '../train/options.ts'
import type { Run } from '../train/run.ts'
import type { ReadCandidate } from './candidate.ts'

/** Looks at the epochs of a fold. */
export interface Watch {
  /** What their records have. */
  readonly metrics: unknown
  /** Whether the fold is given up; `stopped` says that early stopping ends it here. */
  readonly over: (record: EpochRecord, stopped: boolean) => boolean
}

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
  readonly watch?: Watch
}

/** What became of a fold. */
export interface FoldResult {
  readonly status: Status | 'given up'
  /** Epochs that were finished; 0 where it was given up. */
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
  const { start, network, options } = candidate
  const { watch, signal } = plan
  const given = {
    ...options,
    threads: options.threads ?? plan.threads,
    seed: options.seed ?? plan.seed,
    ...(looked(options, watch) ? { validation: options.validation ?? fold.validation } : {}),
    ...(watch === undefined ? {} : { metrics: watch.metrics }),
    signal,
  } as FitOptions
  // read before anything runs: it complains about what cannot be trained with
  const stops = watch !== undefined && options.earlyStopping !== undefined
  const stopper = stops ? stopperOf(readFitOptions('fit', given, network.outputs)) : undefined
  const run = fit(start as AnyModel<never>, fold.train, given)
  if (watch !== undefined && (await givesUp(run, stopper, watch))) {
    const seconds = (performance.now() - began) / 1000
    return { status: 'given up', epochs: 0, bestEpoch: undefined, seconds, values: {}, predictions: [] }
  }
  const { model, status, history, bestEpoch } = await run
  try {
    const scored = await score(model, fold, plan, status === 'diverged')
    const seconds = (performance.now() - began) / 1000
    return { status, epochs: history.length, bestEpoch, seconds, ...scored }
  } finally {
    model.close()
  }
}

/** What early stopping will do, as it follows from the records. */
function stopperOf({ earlyStopping }: FitPlan) {
  return earlyStopping && createStopper(earlyStopping)
}

/** Whether a watch gives a run up. Then, or where it throws, the run is ended, and nobody wants what it gives. */
async function givesUp(
  run: Run<EpochRecord, FitResult>,
  stopper: ReturnType<typeof stopperOf>,
  watch: Watch,
): Promise<boolean> {
  let through = false
  try {
    for await (const record of run) {
      stopper?.observe(record)
      if (watch.over(record, stopper?.exhausted === true)) return true
    }
    through = true
    return false
  } finally {
    if (!through) {
      run.stop()
      await run.then(
        ({ model }) => model.close(),
        () => {},
      )
    }
  }
}

/** Whether somebody looks at validation rows while training goes on; it changes nothing else. */
function looked({ earlyStopping, validation, optimizer }: ReadCandidate['options'], watch: FoldPlan['watch']): boolean {
  return watch !== undefined || earlyStopping !== undefined || validation !== undefined || fed(optimizer)
}

/** Whether a number of an optimizer may follow from validation rows: by a plateau of theirs, or by a function of the caller, who knows. */
function fed(optimizer: unknown): boolean {
  if (planOf(optimizer) === undefined) return false
  return /"kind":"custom"|"monitor":"validation\./.test(JSON.stringify((optimizer as Optimizer).config))
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
