import { availableParallelism } from 'node:os'
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Label } from '../data/labels.ts'
import { type LossName, readLoss } from '../loss/index.ts'
import { type MetricName, readMetrics } from '../metric/index.ts'
import type { Optimizer, OptimizerName, OptimizerPlan } from '../optimizer/index.ts'
import { readOptimizer } from '../optimizer/index.ts'
import { ranges, readBoolean, readInteger, readNumber, readOptions, readSeed, readSignal, refuse } from '../options.ts'

/** Options of {@link fit}. */
export interface FitOptions<M extends MetricName = MetricName, L extends Label = Label> {
  /** What is minimised: `'crossEntropy'`, `'binaryCrossEntropy'` or `'meanSquaredError'`. */
  readonly loss: LossName
  /** The update rule; default `'adam'`. */
  readonly optimizer?: OptimizerName | Optimizer
  /** How often all rows are seen, an integer ≥ 1; default 10. */
  readonly epochs?: number
  /** Rows per step, an integer ≥ 1 (clamped to the data), or `'all'`; default 32. */
  readonly batchSize?: number | 'all'
  /** Rows to validate on after each epoch: a data set, or a random part in (0, 1), stratified for labels. */
  readonly validation?: Dataset<L> | number
  /** What else is measured, on training and validation rows; default none. */
  readonly metrics?: readonly M[]
  /** Another order of the rows in each epoch; default `true`. */
  readonly shuffle?: boolean
  /** An integer ≥ 0 that weights, orders, masks and the validation part follow from; default 0. */
  readonly seed?: number
  /** Threads for the arithmetic, an integer ≥ 1; default: chosen by the size of the model. The result is the same. */
  readonly threads?: number
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal
}

/** Options of a run, read and checked. */
export interface FitPlan {
  readonly loss: LossName
  readonly optimizer: OptimizerPlan
  readonly epochs: number
  readonly batchSize: number
  readonly validation: Dataset | number | undefined
  readonly metrics: readonly MetricName[]
  readonly shuffle: boolean
  readonly seed: number
  readonly threads: number
  readonly signal: AbortSignal | undefined
}

const names = [
  'loss',
  'optimizer',
  'epochs',
  'batchSize',
  'validation',
  'metrics',
  'shuffle',
  'seed',
  'threads',
  'signal',
] as const

/** Reads the option `threads`; 0 means that the engine chooses. */
export function readThreads(where: string, value: unknown): number {
  const threads = readInteger(where, 'threads', value, 1, 0)
  return Math.min(threads, Math.max(availableParallelism(), 1) * 4)
}

function readBatchSize(where: string, value: unknown): number {
  if (value === 'all') return 0
  if (typeof value === 'string') return refuse(where, "batchSize must be an integer ≥ 1 or 'all'", value)
  return Math.min(readInteger(where, 'batchSize', value, 1, 32), 2 ** 32 - 1)
}

function readValidation(where: string, value: unknown): Dataset | number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'object') {
    insideOf(`${where}: validation`, value)
    return value as Dataset
  }
  return readNumber(where, 'validation', value, { ...ranges.openUnit, text: 'a data set or a number in (0, 1)' })
}

/** Reads the options of `fit`. */
export function readFitOptions(where: string, value: unknown): FitPlan {
  const read = readOptions(where, value, names)
  const loss = readLoss(where, read.loss)
  return {
    loss,
    optimizer: readOptimizer(where, read.optimizer ?? 'adam'),
    epochs: Math.min(readInteger(where, 'epochs', read.epochs, 1, 10), 2 ** 32 - 1),
    batchSize: readBatchSize(where, read.batchSize),
    validation: readValidation(where, read.validation),
    metrics: readMetrics(where, read.metrics, loss),
    shuffle: readBoolean(where, 'shuffle', read.shuffle, true),
    seed: readSeed(where, read.seed),
    threads: readThreads(where, read.threads),
    signal: readSignal(where, read.signal),
  }
}
