import { availableParallelism } from 'node:os'
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { type LossOption, type Objective, readObjectives } from '../loss/objective.ts'
import { type Measure, type MetricsOption, readMeasures } from '../metric/index.ts'
import { monitorNames } from '../metric/monitor.ts'
import { readPath } from '../model/model.ts'
import { readTargetTransform, type TargetTransform } from '../model/targetTransform.ts'
import type { Optimizer, OptimizerName, OptimizerPlan } from '../optimizer/index.ts'
import { readOptimizer } from '../optimizer/index.ts'
import { ranges, readBoolean, readInteger, readNumber, readOptions, readSeed, readSignal } from '../options.ts'
import type { Companions } from '../schedule/fed.ts'
import { type BatchSize, type BatchSteps, readBatchSize } from './batches.ts'
import { type Checkpoint, type CheckpointOptions, readCheckpoint } from './checkpoint.ts'
import { readClassWeights } from './classWeights.ts'
import { type ClipPlan, readClip } from './clip.ts'
import { type EarlyStopping, type EarlyStoppingOptions, readEarlyStopping } from './earlyStopping.ts'
import { companionsOf } from './rows.ts'

/** Options of {@link fit}. */
export interface FitOptions<M = MetricsOption, L extends Labels = Label, K extends string = never> {
  /**
   * What is minimised: the name of a loss, or a function of prediction and target; with several outputs a record of them by
   * the names of the outputs.
   */
  readonly loss: LossOption<K>
  /** Weights in the sum of the losses of several outputs, ≥ 0; default 1 each. */
  readonly lossWeights?: { readonly [N in K]?: number }
  /** The update rule; default `'adam'`. */
  readonly optimizer?: OptimizerName | Optimizer
  /**
   * The norm of all gradients together is kept to this, > 0: they are multiplied by clipNorm / (norm + 1e-6) where that is
   * below 1, gradients of regularisers included, before coupled decay is added; default: no limit.
   */
  readonly clipNorm?: number
  /** Each number of a gradient is kept within ± this, > 0, behind `clipNorm` and before coupled decay; default: no limit. */
  readonly clipValue?: number
  /** How often all rows are seen, an integer ≥ 1; default 10. */
  readonly epochs?: number
  /**
   * Rows per step, an integer ≥ 1 (clamped to the data), or `'all'`; default 32. A function gives it for each epoch (from
   * 1) and is asked once for all of them, before the work starts: `(epoch) => 32 * 2 ** epoch`.
   */
  readonly batchSize?: BatchSize
  /** Rows to validate on after each epoch: a data set, or a random part in (0, 1), stratified for labels. */
  readonly validation?: Dataset<L> | number
  /** What else is measured, on training and validation rows, with several outputs by their names; default none. */
  readonly metrics?: M | MetricsOption<K>
  /** Another order of the rows in each epoch; default `true`. */
  readonly shuffle?: boolean
  /** An integer ≥ 0 that weights, orders, masks and the validation part follow from; default 0. */
  readonly seed?: number
  /** Threads for the arithmetic, an integer ≥ 1; default: chosen by the size of the model. The result is the same. */
  readonly threads?: number
  /**
   * What the loss of a row counts, by its class: numbers ≥ 0 in the order of `classes`, or `'balanced'` for rows / (classes ·
   * rows of the class) over the rows that are trained on. Multiplied with the weights of rows; metrics and validation
   * leave it out. Default: 1 for all.
   */
  readonly classWeights?: 'balanced' | readonly number[]
  /**
   * What is learned instead of numbers as they are: `'standardize'` subtracts the mean of the training rows' targets and
   * divides by their deviation, output by output; `'log1p'` takes log(1 + target), for targets > −1. Saved with the model and
   * undone by `predict` and in metrics, which are in the units of the targets; the loss is not. A model that is trained
   * further keeps its transform. For networks with one output without a name. Default: none.
   */
  readonly targetTransform?: TargetTransform
  /** Ends the run when a number of the records has not improved for a while; the status is then `'stopped'`. */
  readonly earlyStopping?: EarlyStoppingOptions
  /**
   * Writes what is needed to go on, after every so many epochs: beside, synced and renamed, so that a crash leaves the one
   * before. `loadModel` opens it too. When it cannot be written, the run rejects with `ERR_CHECKPOINT`.
   */
  readonly checkpoint?: CheckpointOptions
  /**
   * A checkpoint to go on from, to the same bits as if nothing had happened; `epochs` is the total. Everything but `epochs`,
   * numbers of the optimizer, `patience`, `threads` and `every` must be as it was, and the data the same. `history` begins
   * with the earlier epochs, the progress does not.
   */
  readonly resume?: string
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal
}

/** Options of a run, read and checked. */
export interface FitPlan {
  /** Names of the network's outputs; none where it has one without a name. */
  readonly outputs: readonly string[]
  /** One for each output. */
  readonly objectives: readonly Objective[]
  readonly optimizer: OptimizerPlan
  readonly clip: ClipPlan
  readonly epochs: number
  /** Rows per step of the first epoch; 0 for all. */
  readonly batchSize: number
  readonly batches: BatchSteps
  readonly validation: Dataset | number | undefined
  readonly measures: readonly Measure[]
  readonly shuffle: boolean
  readonly seed: number
  readonly threads: number
  readonly classWeights: 'balanced' | readonly number[] | undefined
  readonly targetTransform: TargetTransform | undefined
  readonly earlyStopping: EarlyStopping | undefined
  readonly checkpoint: Checkpoint | undefined
  readonly resume: string | undefined
  /** Of the optimizer's schedules. */
  readonly companions: Companions
  readonly signal: AbortSignal | undefined
}

const names = [
  'loss',
  'lossWeights',
  'optimizer',
  'clipNorm',
  'clipValue',
  'epochs',
  'batchSize',
  'validation',
  'metrics',
  'shuffle',
  'seed',
  'threads',
  'classWeights',
  'targetTransform',
  'earlyStopping',
  'checkpoint',
  'resume',
  'signal',
] as const

/** Reads the option `threads`; 0 means that the engine chooses. */
export function readThreads(where: string, value: unknown): number {
  const threads = readInteger(where, 'threads', value, 1, 0)
  return Math.min(threads, Math.max(availableParallelism(), 1) * 4)
}

function readValidation(where: string, value: unknown): Dataset | number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'object') {
    insideOf(`${where}: validation`, value)
    return value as Dataset
  }
  return readNumber(where, 'validation', value, { ...ranges.openUnit, text: 'a data set or a number in (0, 1)' })
}

/** Reads the options of `fit` for a network with these outputs (none: one without a name). */
export function readFitOptions(where: string, value: unknown, outputs: readonly string[]): FitPlan {
  const read = readOptions(where, value, names)
  const objectives = readObjectives(where, read.loss, read.lossWeights, outputs)
  const epochs = Math.min(readInteger(where, 'epochs', read.epochs, 1, 10), 2 ** 32 - 1)
  const batches = readBatchSize(where, read.batchSize, epochs)
  const optimizer = readOptimizer(where, read.optimizer ?? 'adam')
  const measures = readMeasures(where, read.metrics, objectives, outputs)
  const measured = [...outputs.map((output) => `${output}/loss`), ...measures.map(({ key }) => key)]
  const monitors = monitorNames(measured, read.validation !== undefined)
  return {
    outputs,
    objectives,
    optimizer,
    clip: readClip(where, read.clipNorm, read.clipValue),
    epochs,
    batchSize: batches[0]?.[1] ?? 0,
    batches,
    validation: readValidation(where, read.validation),
    measures,
    shuffle: readBoolean(where, 'shuffle', read.shuffle, true),
    seed: readSeed(where, read.seed),
    threads: readThreads(where, read.threads),
    classWeights: readClassWeights(where, read.classWeights),
    targetTransform: readTargetTransform(where, read.targetTransform),
    earlyStopping: readEarlyStopping(where, read.earlyStopping, monitors),
    checkpoint: readCheckpoint(where, read.checkpoint),
    resume: read.resume === undefined ? undefined : readPath(`${where}: resume`, read.resume),
    companions: companionsOf(where, optimizer, monitors),
    signal: readSignal(where, read.signal),
  }
}
