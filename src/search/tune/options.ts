import type { Dataset } from '../../data/dataset.ts'
import type { Labels } from '../../data/forms.ts'
import type { Label } from '../../data/labels.ts'
import * as metrics from '../../metric/all.ts'
import { readBoolean, readInteger, readName, readOptions, readSeed, readSignal, refuse } from '../../options.ts'
import { memory } from '../../storage/index.ts'
import { connectionOf } from '../../storage/plan.ts'
import type { Connection, Storage } from '../../storage/storage.ts'
import type { Candidate } from '../candidate.ts'
import type { Direction } from '../history.ts'
import { readWorkers } from '../parallel.ts'
import { forgiving } from '../pruners/all.ts'
import type { Pruner } from '../pruners/pruner.ts'
import type { Sampler } from '../samplers/sampler.ts'
import { readDirection, type ScoreOption } from '../score.ts'
import { type SearchSpace, spacePlan } from '../space/searchSpace.ts'
import { readStopping, type Stopping } from '../stopping/index.ts'
import type { StoppingPlan } from '../stopping/stopping.ts'
import { type Given, readSettings, readStudyName } from '../study/create.ts'
import { readRows, type ValidationOption } from '../validation/index.ts'
import type { ValidationPlan } from '../validation/validation.ts'

/** What {@link tune} gives records of: trials that have ended, or folds that were finished as well. */
export type TuneDetail = (typeof details)[number]

/** Options of {@link tune}. */
export interface TuneOptions<
  P = Readonly<Record<string, unknown>>,
  L extends Labels = Label,
  K extends string = never,
  F extends TuneDetail = 'trials',
> {
  /** What is searched. */
  readonly space: SearchSpace<P>
  /** Gives the network and the options of `fit` for parameters: a function of them alone, called for each attempt of a trial and for the winner. */
  readonly build: (params: P) => Candidate<L, K>
  /** The number that decides: the mean over the folds of a metric, or of the loss, on the validation rows. */
  readonly metric: ScoreOption
  /** Default: what ends in "loss" or "error" should be small, everything else large. */
  readonly direction?: Direction
  /** Which rows are trained and which are validated on; drawn once, the same for all trials. */
  readonly validation: ValidationOption<L>
  /** How parameters are chosen; default `tpe()`. */
  readonly sampler?: Sampler
  /** The study is complete when it has so many trials, those of earlier calls included, an integer ≥ 1; default: until something ends it. */
  readonly trials?: number
  /** When trials are stopped early; default `forgiving()`, which looks at folds. Pruners of steps are shown every epoch. */
  readonly pruner?: Pruner
  /** Rules of which one is enough to end the search; default: none. */
  readonly stopping?: Stopping | readonly Stopping[]
  /** Where the study is kept; default `memory()`, a new one. */
  readonly storage?: Storage
  /** Its name in the storage; where there is a study of this name, the call goes on with it. Default: the first `study-1`, `study-2` … that is free. */
  readonly name?: string
  /** An integer in [0, 2^53) that suggestions and folds follow from, and training where `build` gives no seed; default 0. */
  readonly seed?: number
  /** As in `createStudy`; default 8. */
  readonly lag?: number
  /** Trials at once, each on one native thread, an integer in [1, 4096]; default: the cores. No number depends on it. */
  readonly workers?: number
  /** Trains the winner on all of the data; default `true`. */
  readonly refit?: boolean
  /** Draws other folds for each trial (Nagler et al. 2024), for rules that draw at random; default `false`. */
  readonly reshuffle?: boolean
  /** What its iterator gives: `'trials'`, a record when a trial has ended, or `'folds'`, one after each fold too; default `'trials'`. No number depends on it. */
  readonly progress?: F
  /** Aborting rejects with `signal.reason`; what is finished is kept. */
  readonly signal?: AbortSignal
}

/** {@link TuneOptions}, read. */
export interface TuneJob {
  /** A view of our own. */
  readonly data: Dataset
  readonly given: Given
  readonly build: unknown
  readonly metric: unknown
  readonly direction: Direction
  readonly validation: ValidationPlan
  readonly connection: Connection
  readonly name: string | undefined
  readonly trials: number
  readonly stopping: readonly StoppingPlan[]
  readonly seed: number
  readonly workers: number
  readonly refit: boolean
  readonly reshuffle: boolean
  readonly progress: TuneDetail
  readonly signal: AbortSignal | undefined
}

const names = [
  'space',
  'build',
  'metric',
  'direction',
  'validation',
  'sampler',
  'trials',
  'pruner',
  'stopping',
  'storage',
  'name',
  'seed',
  'lag',
  'workers',
  'refit',
  'reshuffle',
  'progress',
  'signal',
] as const

const details = ['trials', 'folds'] as const

/** Reads the arguments of `tune`. */
export function readTune(where: string, data: unknown, options: unknown): TuneJob {
  const read = readOptions(where, options, names)
  if (typeof read.build !== 'function') {
    refuse(where, 'build must be a function that gives a network and the options of fit', read.build)
  }
  const direction = readDirection(where, read.direction, metricKey(where, read.metric))
  const { space, sampler, pruner, seed, lag } = read
  const given = readSettings(where, {
    space,
    direction,
    directions: undefined,
    sampler,
    pruner: pruner ?? forgiving(),
    seed,
    lag,
    mode: undefined,
    constraints: undefined,
  })
  if (given.space === undefined) refuse(where, 'space must be made by searchSpace', read.space)
  const reshuffle = readBoolean(where, 'reshuffle', read.reshuffle, false)
  const rest = {
    trials: readInteger(where, 'trials', read.trials, 1, Number.MAX_SAFE_INTEGER),
    stopping: readStopping(where, read.stopping),
    name: read.name === undefined ? undefined : readStudyName(where, read.name),
    seed: readSeed(where, read.seed),
    workers: readWorkers(where, read.workers),
    refit: readBoolean(where, 'refit', read.refit, true),
    progress: read.progress === undefined ? 'trials' : readName(where, 'progress', read.progress, details),
    signal: readSignal(where, read.signal),
    connection: connectionOf(read.storage ?? memory(), where),
  }
  // views are made when all else is right
  const rows = readRows(where, data, read.validation)
  try {
    const { folds, random } = rows.validation
    if (reshuffle && !random) refuse(where, 'reshuffle needs a validation that draws rows at random', reshuffle)
    const { flat } = spacePlan(where, given.space)
    for (const rule of rest.stopping) rule.check?.(where, { space: flat, folds })
  } catch (error) {
    rows.validation.close()
    rows.data.close()
    throw error
  }
  return { ...rest, ...rows, given, build: read.build, metric: read.metric, direction, reshuffle }
}

/** How records call the metric, as far as that is known before there is a network. */
function metricKey(where: string, metric: unknown): string {
  if (typeof metric === 'string') {
    return metric.includes('/') ? metric : readName(where, 'metric', metric, ['loss', ...Object.keys(metrics)])
  }
  const name: unknown = typeof metric === 'object' && metric !== null ? (metric as { name?: unknown }).name : undefined
  return typeof name === 'string' ? name : refuse(where, 'metric must be given', metric)
}

/** A metric as JSON, for the study's definition. */
export function metricConfig(metric: unknown): string | Readonly<Record<string, unknown>> {
  if (typeof metric === 'string') return metric
  const { name, config } = metric as { readonly name: string; readonly config?: Readonly<Record<string, unknown>> }
  return config === undefined ? { kind: 'custom', name } : { name, ...config }
}
