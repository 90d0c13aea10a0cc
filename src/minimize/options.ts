import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import { type OptimizerName, type OptimizerPlan, readOptimizer } from '../optimizer/index.ts'
import type { Optimizer } from '../optimizer/optimizer.ts'
import { ranges, readBoolean, readInteger, readNumber, readOptions, readSeed, readSignal, refuse } from '../options.ts'
import { readThreads } from '../train/options.ts'

/** Options of {@link minimize} for an objective without data. */
export interface MinimizeOptions {
  /** The update rule; default `'adam'`. Weight decay applies to every parameter. */
  readonly optimizer?: OptimizerName | Optimizer
  /** How many steps to take at most, an integer ≥ 1; default 1000. Schedules see it as the length of the run. */
  readonly steps?: number
  /**
   * Ends with `'converged'` when the value changes by at most `tolerance` · max(1, |value|) from one step to the next (with
   * data: the mean over an epoch, from one epoch to the next); ≥ 0; default: all steps are taken.
   */
  readonly tolerance?: number
  /** Largest norm of all gradients together, > 0; default: no bound. */
  readonly clipNorm?: number
  /** Largest magnitude of each number of the gradient, > 0; default: no bound. */
  readonly clipValue?: number
  /** An integer ≥ 0 that the order of the rows follows from; default 0. */
  readonly seed?: number
  /** Threads for the arithmetic, an integer ≥ 1; default: chosen by size. The result is the same. */
  readonly threads?: number
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal
  /** Rows for the objective; see {@link MinimizeDataOptions}. */
  readonly data?: undefined
}

/** Options of {@link minimize} for an objective over the rows of a data set. */
export interface MinimizeDataOptions extends Omit<MinimizeOptions, 'data'> {
  /** Rows that the objective gets as `{ inputs, targets }`, a batch for each step. */
  readonly data: Dataset<Labels>
  /** Rows per step, an integer ≥ 1 (clamped to the data), or `'all'`; default 32. */
  readonly batchSize?: number | 'all'
  /** Another order of the rows in each epoch; default `true`. */
  readonly shuffle?: boolean
}

/** Options of a run, read and checked. */
export interface MinimizePlan {
  readonly optimizer: OptimizerPlan
  readonly steps: number
  readonly tolerance: number | undefined
  readonly data: Dataset<Labels> | undefined
  /** Rows per step; 0 for all. */
  readonly batchSize: number
  readonly signal: AbortSignal | undefined
  /** What else the engine is told. */
  readonly engine: Readonly<Record<string, unknown>>
}

const names = [
  'optimizer',
  'steps',
  'tolerance',
  'clipNorm',
  'clipValue',
  'seed',
  'threads',
  'signal',
  'data',
  'batchSize',
  'shuffle',
] as const

function readBatchSize(where: string, value: unknown): number {
  if (value === 'all') return 0
  if (typeof value === 'string') return refuse(where, "batchSize must be an integer ≥ 1 or 'all'", value)
  return Math.min(readInteger(where, 'batchSize', value, 1, 32), 2 ** 32 - 1)
}

/** Reads the options of `minimize`. */
export function readMinimizeOptions(where: string, value: unknown): MinimizePlan {
  const read = readOptions(where, value, names)
  const { data } = read
  if (data === undefined) {
    for (const name of ['batchSize', 'shuffle'] as const) {
      if (read[name] !== undefined) refuse(where, `${name} needs data`, read[name])
    }
  } else {
    insideOf(`${where}: data`, data)
  }
  const bound = (name: 'clipNorm' | 'clipValue'): Record<string, number> =>
    read[name] === undefined ? {} : { [name]: readNumber(where, name, read[name], ranges.positive) }
  return {
    optimizer: readOptimizer(where, read.optimizer ?? 'adam'),
    steps: readInteger(where, 'steps', read.steps, 1, 1000),
    tolerance:
      read.tolerance === undefined ? undefined : readNumber(where, 'tolerance', read.tolerance, ranges.notNegative),
    data: data as Dataset<Labels> | undefined,
    batchSize: data === undefined ? 0 : readBatchSize(where, read.batchSize),
    signal: readSignal(where, read.signal),
    engine: {
      shuffle: readBoolean(where, 'shuffle', read.shuffle, true),
      seed: readSeed(where, read.seed),
      threads: readThreads(where, read.threads),
      ...bound('clipNorm'),
      ...bound('clipValue'),
    },
  }
}
