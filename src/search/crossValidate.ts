import type { Dataset } from '../data/dataset.ts'
import type { DrawnFold } from '../data/drawn.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import type { Tensor } from '../data/tensor.ts'
import { transformOf } from '../loss/objective.ts'
import { type Measure, type MetricKeys, type MetricsOption, readMeasures } from '../metric/index.ts'
import { outputsOf } from '../model/network.ts'
import { byName, type Predicted } from '../model/predict.ts'
import { readBoolean, readOptions, readSeed, readSignal, refuse } from '../options.ts'
import type { Status } from '../train/advance.ts'
import { type Run, type RunContext, startJob } from '../train/run.ts'
import { buildCandidate, type Candidate, type ReadCandidate } from './candidate.ts'
import { type FoldResult, runFold } from './fold.ts'
import { threadsFor, withFolds } from './folds.ts'
import { outOfFold } from './outOfFold.ts'
import { readWorkers } from './parallel.ts'
import { deviationOf, meanOf } from './statistics/moments.ts'
import { readRows, type ValidationOption } from './validation/index.ts'
import type { ValidationPlan } from './validation/validation.ts'

/** Options of {@link crossValidate}. */
export interface CrossValidateOptions<M = MetricsOption, L extends Labels = Label, K extends string = never> {
  /** Gives the network and the options of `fit`. Called once. */
  readonly build: () => Candidate<L, K>
  /** Which rows are trained and which are validated on. */
  readonly validation: ValidationOption<L>
  /** What is measured on the validation rows besides the loss; default nothing. */
  readonly metrics?: M | MetricsOption<K>
  /** Predictions with what belongs to the loss applied: softmax or the logistic function; default `false`. */
  readonly probabilities?: boolean
  /** An integer ≥ 0 that the folds follow from, and training where `build` gives no seed; default 0. */
  readonly seed?: number
  /** Folds that are trained at once, each on one thread or more when there are fewer folds, an integer in [1, 4096]; default: the cores. The result is the same. */
  readonly workers?: number
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal
}

/** What one fold gave: how it was trained, and loss and metrics on its validation rows (NaN after divergence). */
export type FoldRecord<M extends string = never> = {
  /** From 1, in the order of the rule. */
  readonly fold: number
  /** How training ended. */
  readonly status: Status
  /** Epochs that were finished. */
  readonly epochs: number
  /** With `earlyStopping`: the epoch whose monitored number was best. */
  readonly bestEpoch?: number
  /** Spent on it. */
  readonly seconds: number
  /** How many rows there were. */
  readonly rows: { readonly train: number; readonly validation: number }
  /** Mean loss over the validation rows. */
  readonly loss: number
} & { readonly [K in M]: number }

/** What {@link crossValidate} resolves to. */
export interface CrossValidation<M extends string = never, K extends string = never> {
  /** One record for each fold that was finished, in order. */
  readonly folds: readonly FoldRecord<M>[]
  /** Means over the folds; NaN when one of them diverged. */
  readonly mean: Readonly<Record<M | 'loss', number>>
  /** Standard deviations over the folds, √(Σ(x − mean)² / (n − 1)); NaN for one fold. */
  readonly deviation: Readonly<Record<M | 'loss', number>>
  /**
   * Out of fold, as `predict` gives them: one row for each row of the data, by the model that was not trained on it. Where several
   * folds validate a row (`repeated`), the mean of what they say; where none does (`holdout`, the first rows of
   * `timeSeriesSplit`), NaN. With a data set as `validation`, one row for each row of that.
   */
  readonly predictions: Predicted<K>
  /** `'stopped'` when `stop()` ended it: the rest is of the folds that were finished. */
  readonly status: 'completed' | 'stopped'
}

interface Job {
  readonly data: Dataset
  readonly candidate: ReadCandidate
  readonly validation: ValidationPlan
  readonly measures: readonly Measure[]
  readonly predictions: 'plain' | 'probabilities'
  readonly seed: number
  readonly workers: number
  readonly signal: AbortSignal | undefined
}

/**
 * Trains a candidate once for each fold of the data and measures it on the rows that it has not seen, folds in parallel on native threads.
 * The result depends on data, candidate, rule and seed alone.
 *
 * What it returns is awaitable and iterable (a record for each fold, in the order in which they end); it starts on the next tick.
 *
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, `ERR_DATA` or `ERR_SHAPE` as the rule and `fit` do; `ERR_CLOSED`. Aborting
 * rejects with `signal.reason`.
 * @example
 * ```ts
 * const { mean, deviation } = await crossValidate(data, {
 *   build: () => ({ network, loss: 'crossEntropy', optimizer: 'adam', epochs: 30 }),
 *   validation: kFold(5),
 *   metrics: ['accuracy'],
 * })
 * console.log(`${mean.accuracy} ± ${deviation.accuracy}`)
 * ```
 */
export function crossValidate<
  L extends Labels = Label,
  K extends string = never,
  const M extends MetricsOption<K> = never,
>(
  data: Dataset<L>,
  options: CrossValidateOptions<M, L, K>,
): Run<FoldRecord<MetricKeys<K, M>>, CrossValidation<MetricKeys<K, M>, K>> {
  const run = startJob('crossValidate', () => read(data, options), work)
  return run as unknown as Run<FoldRecord<MetricKeys<K, M>>, CrossValidation<MetricKeys<K, M>, K>>
}

const names = ['build', 'validation', 'metrics', 'probabilities', 'seed', 'workers', 'signal'] as const

/** Names that records of folds have besides those of metrics. */
const reserved = ['fold', 'status', 'epochs', 'bestEpoch', 'rows']

function read(data: unknown, options: unknown): Job {
  const where = 'crossValidate'
  const read = readOptions(where, options, names)
  const candidate = buildCandidate(where, 'build', read.build)
  const { network, objectives } = candidate
  const measures = readMeasures(where, read.metrics, objectives, network.outputs)
  for (const { key } of measures) if (reserved.includes(key)) refuse(where, 'metrics must have names of their own', key)
  const probabilities = readBoolean(where, 'probabilities', read.probabilities, false)
  if (probabilities && objectives.every((objective) => transformOf(objective) === 'none')) {
    refuse(where, 'probabilities do not belong to the loss', probabilities)
  }
  return {
    candidate,
    measures,
    predictions: probabilities ? 'probabilities' : 'plain',
    seed: readSeed(where, read.seed),
    workers: readWorkers(where, read.workers),
    signal: readSignal(where, read.signal),
    // views are made when all else is right
    ...readRows(where, data, read.validation),
  }
}

async function work(job: Job, context: RunContext<FoldRecord>): Promise<CrossValidation> {
  const { candidate, measures, predictions, seed, data } = job
  const { network } = candidate
  const size = data.size
  const results: { readonly fold: DrawnFold; readonly result: FoldResult; readonly record: FoldRecord }[] = []
  const threads = threadsFor(job.workers, job.validation.folds)
  await withFolds('crossValidate', job, context, async (fold, index, signal) => {
    const result = await runFold(candidate, fold, {
      where: 'crossValidate',
      seed,
      measures,
      predictions,
      threads,
      signal,
    })
    const record = recordOf(index, fold, result)
    results[index] = { fold, result, record }
    context.emit(record)
  })
  const finished = results.filter((result) => result !== undefined)
  const folds = Object.freeze(finished.map(({ record }) => record))
  const keys = ['loss', ...network.outputs.map((name) => `${name}/loss`), ...measures.map(({ key }) => key)]
  const over = (summary: (values: readonly number[]) => number): Record<'loss', number> => {
    const values = keys.map((key) => [key, summary(folds.map((fold) => fold[key as 'loss']))])
    return Object.freeze(Object.fromEntries(values))
  }
  const said: Tensor<Float32Array>[] = []
  for (const [at, { row }] of outputsOf(network).entries()) {
    const parts = finished.map(({ fold, result }) => ({ fold, values: result.predictions[at] ?? new Float32Array() }))
    said.push(await outOfFold(size, row, parts))
  }
  return Object.freeze({
    folds,
    mean: over(meanOf),
    deviation: over(deviationOf),
    predictions: byName(network, said) as Predicted<never>,
    status: context.stopped ? 'stopped' : 'completed',
  })
}

function recordOf(index: number, fold: DrawnFold, result: FoldResult): FoldRecord {
  const { status, epochs, bestEpoch, seconds, values } = result
  const rows = Object.freeze({ train: fold.train.size, validation: fold.validation.size })
  const best = bestEpoch === undefined ? {} : { bestEpoch }
  return Object.freeze({ fold: index + 1, status, epochs, ...best, seconds, rows, ...values }) as FoldRecord
}
