import type { Dataset } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { ranges, readNumber, readOptions, readSeed, readSignal, refuse } from '../options.ts'
import { type Run, type RunContext, startJob } from '../train/run.ts'
import { buildCandidate, type Candidate, type ReadCandidate, readCandidate } from './candidate.ts'
import { runFold } from './fold.ts'
import { threadsFor, withFolds } from './folds.ts'
import type { Direction } from './history.ts'
import { readWorkers } from './parallel.ts'
import { readScore, type Score, type ScoreOption } from './score.ts'
import { deviationOf, meanOf } from './statistics/moments.ts'
import { type PairedDifference, pairedDifference } from './statistics/paired.ts'
import { readRows, type ValidationOption } from './validation/index.ts'
import type { ValidationPlan } from './validation/validation.ts'

/** What a candidate may be of any network. */
type AnyCandidate<L extends Labels> = Candidate<L> | Candidate<L, string>

/** Options of {@link compareModels}. */
export interface CompareModelsOptions<N extends string = string, L extends Labels = Label> {
  /** At least two, by name: a network with the options of `fit`, or a function that gives them. */
  readonly candidates: Readonly<Record<N, AnyCandidate<L> | (() => AnyCandidate<L>)>>
  /** Which rows are trained and which are validated on: the same for all. */
  readonly validation: ValidationOption<L>
  /** What they are compared by, on the validation rows. */
  readonly metric: ScoreOption
  /** Default: what ends in "loss" or "error" should be small, everything else large. */
  readonly direction?: Direction
  /** Confidence of the intervals, in (0, 1); default 0.95. */
  readonly level?: number
  /** An integer ≥ 0 that the folds follow from, and training where a candidate gives no seed; default 0. */
  readonly seed?: number
  /** Folds that are trained at once, an integer in [1, 4096]; default: the cores. The result is the same. */
  readonly workers?: number
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal
}

/** A fold of a candidate that has ended. */
export interface ComparedFold<N extends string = string> {
  readonly candidate: N
  /** From 1. */
  readonly fold: number
  /** NaN after divergence. */
  readonly value: number
  readonly seconds: number
}

/** How a candidate did. */
export interface ComparedModel {
  /** The metric on each fold. */
  readonly values: readonly number[]
  readonly mean: number
  readonly deviation: number
}

/** Two candidates over the same folds: first − second. */
export interface ModelDifference<N extends string = string> extends PairedDifference {
  readonly first: N
  readonly second: N
}

/** What {@link compareModels} resolves to. */
export interface ModelComparison<N extends string = string> {
  readonly models: Readonly<Record<N, ComparedModel>>
  /** Each pair of candidates, in the order in which they were given. Intervals are of each pair for itself. */
  readonly differences: readonly ModelDifference<N>[]
  /** The best mean, among equals the first; `undefined` when all diverged. */
  readonly best: N | undefined
  /** `'stopped'` when `stop()` ended it: values are then of those folds that all candidates have finished. */
  readonly status: 'completed' | 'stopped'
}

interface Job {
  readonly data: Dataset
  readonly validation: ValidationPlan
  readonly candidates: readonly (readonly [name: string, candidate: ReadCandidate, score: Score])[]
  readonly level: number
  readonly seed: number
  readonly workers: number
  readonly signal: AbortSignal | undefined
}

/**
 * Compares candidates on the same folds. Differences are paired, fold by fold; their intervals and p values use the corrected t statistic of
 * Nadeau & Bengio (2003), because folds share training rows. The result depends on data, candidates, rule and seed alone.
 *
 * @throws DownslopeError (as a rejection) as `crossValidate`
 * @example
 * ```ts
 * const { models, differences, best } = await compareModels(data, {
 *   candidates: { logistic: () => ({ network: linear, loss: 'crossEntropy' }), mlp: () => ({ network: deep, loss: 'crossEntropy' }) },
 *   validation: repeated(kFold(5), 3),
 *   metric: 'accuracy',
 * })
 * ```
 */
export function compareModels<const N extends string, L extends Labels = Label>(
  data: Dataset<L>,
  options: CompareModelsOptions<N, L>,
): Run<ComparedFold<N>, ModelComparison<N>> {
  const run = startJob('compareModels', () => read(data, options), work)
  return run as unknown as Run<ComparedFold<N>, ModelComparison<N>>
}

const names = ['candidates', 'validation', 'metric', 'direction', 'level', 'seed', 'workers', 'signal'] as const

function read(data: unknown, options: unknown): Job {
  const where = 'compareModels'
  const read = readOptions(where, options, names)
  const given = read.candidates
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse(where, 'candidates must be a record of at least two', given)
  }
  const candidates = Object.entries(given).map(([name, value]: [string, unknown]) => {
    const what = `candidates.${name}`
    const candidate =
      typeof value === 'function' ? buildCandidate(where, what, value) : readCandidate(where, what, value)
    return [name, candidate, readScore(where, read.metric, read.direction, candidate)] as const
  })
  if (candidates.length < 2) refuse(where, 'candidates must be a record of at least two', candidates.length)
  const level = readNumber(where, 'level', read.level, ranges.openUnit, 0.95)
  return {
    candidates,
    level,
    seed: readSeed(where, read.seed),
    workers: readWorkers(where, read.workers),
    signal: readSignal(where, read.signal),
    ...readRows(where, data, read.validation),
  }
}

async function work(job: Job, context: RunContext<ComparedFold>): Promise<ModelComparison> {
  const { candidates, seed, level } = job
  const count = job.validation.folds
  const values = candidates.map((): (number | undefined)[] => [])
  const sizes: { readonly train: number; readonly validation: number }[] = []
  const threads = threadsFor(job.workers, count * candidates.length)
  await withFolds(
    'compareModels',
    job,
    context,
    async (fold, index, signal) => {
      const [at, number] = [Math.floor(index / count), index % count]
      const [name, candidate, { measures, key }] = candidates[at] as Job['candidates'][number]
      const result = await runFold(candidate, fold, { where: 'compareModels', seed, measures, threads, signal })
      const value = result.values[key] ?? Number.NaN
      ;(values[at] as (number | undefined)[])[number] = value
      sizes[number] = { train: fold.train.size, validation: fold.validation.size }
      context.emit(Object.freeze({ candidate: name, fold: number + 1, value, seconds: result.seconds }))
    },
    candidates.length,
  )
  const whole = Array.from({ length: count }, (_, fold) => fold).filter((fold) =>
    values.every((list) => list[fold] !== undefined),
  )
  const kept = values.map((list) => whole.map((fold) => list[fold] as number))
  const of = (part: 'train' | 'validation'): number => whole.reduce((sum, fold) => sum + (sizes[fold]?.[part] ?? 0), 0)
  const ratio = of('validation') / of('train')
  const models = candidates.map(([name], at): [string, ComparedModel] => {
    const list = Object.freeze(kept[at] ?? [])
    return [name, Object.freeze({ values: list, mean: meanOf(list), deviation: deviationOf(list) })]
  })
  const differences = models.flatMap(([first, one], at) =>
    models.slice(at + 1).map(([second, other]) => {
      return Object.freeze({ first, second, ...pairedDifference(one.values, other.values, ratio, level) })
    }),
  )
  return Object.freeze({
    models: Object.freeze(Object.fromEntries(models)),
    differences: Object.freeze(differences),
    best: bestOf(models, candidates[0]?.[2].direction ?? 'maximize'),
    status: context.stopped ? 'stopped' : 'completed',
  })
}

function bestOf(models: readonly [string, ComparedModel][], direction: Direction): string | undefined {
  let best: readonly [string, number] | undefined
  for (const [name, { mean }] of models) {
    if (Number.isNaN(mean)) continue
    if (best === undefined || (direction === 'minimize' ? mean < best[1] : mean > best[1])) best = [name, mean]
  }
  return best?.[0]
}
