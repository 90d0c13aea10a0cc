import type { Dataset } from '../../data/dataset.ts'
import type { DrawnFold } from '../../data/drawn.ts'
import { identify } from '../../data/drawn.ts'
import type { Labels } from '../../data/forms.ts'
import type { Label } from '../../data/labels.ts'
import type { Model } from '../../model/model.ts'
import { type Run, type RunContext, startJob } from '../../train/run.ts'
import { buildCandidate } from '../candidate.ts'
import { closeFolds } from '../folds.ts'
import type { Json } from '../json.ts'
import { begin } from '../study/create.ts'
import { optimize } from '../study/optimize.ts'
import type { TrialRecord } from '../study/record.ts'
import { coreOf, type Study } from '../study/study.ts'
import type { Trial } from '../study/trial.ts'
import { metricConfig, readTune, type TuneDetail, type TuneJob, type TuneOptions } from './options.ts'
import { refit } from './refit.ts'
import { BEST_EPOCHS, runTrial, type TrialPlan } from './trial.ts'

/** A trial of {@link tune} that has ended. */
export interface TuneProgress<P = Readonly<Record<string, unknown>>> {
  /** Counted from 0. */
  readonly number: number
  readonly params: P
  /** Mean over the folds; of a pruned trial over those it finished, with a pruner of steps the last it was shown; absent where there is none. */
  readonly value?: number
  readonly status: 'completed' | 'pruned' | 'failed'
  /** Why it failed: `diverged`, `NaN`, or the message of its error. */
  readonly reason?: string
  /** The metric on each fold that was finished. */
  readonly folds: readonly number[]
  /** Spent on it. */
  readonly seconds: number
  /** The best of the trials that have ended by now; `undefined` while none was completed. */
  readonly best: TrialRecord<P> | undefined
}

/** A trial of {@link tune} that runs, after a fold of it: with `progress: 'folds'`. */
export interface TuneFoldProgress<P = Readonly<Record<string, unknown>>> {
  /** Counted from 0. */
  readonly number: number
  readonly params: P
  /** Mean over the folds so far; absent when that of one is NaN. */
  readonly value?: number
  readonly status: 'running'
  /** The metric on each fold that was finished. */
  readonly folds: readonly number[]
  /** Spent on it so far. */
  readonly seconds: number
  /** The best of the trials that have ended by now; `undefined` while none was completed. */
  readonly best: TrialRecord<P> | undefined
}

/** What {@link tune} resolves to. */
export interface TuneResult<P = Readonly<Record<string, unknown>>, L extends Labels = Label, K extends string = never> {
  /** The best completed trial; `undefined` when there is none. */
  readonly best: TrialRecord<P> | undefined
  /**
   * The winner, trained on all of the data; `undefined` without a winner, with `refit: false`, and when that training diverged or
   * `stop()` ended it, as half of a training is not what the search found.
   */
  readonly model: Model<L, K> | undefined
  /** The study with all of its trials. Close it when you are done with it. */
  readonly study: Study<P>
  /** Its trials, by number, those of earlier calls included. */
  readonly trials: readonly TrialRecord<P>[]
  /** All trials were run, something ended the search early, or every combination has been tried. */
  readonly status: 'completed' | 'stopped' | 'exhausted'
}

/**
 * Searches for the parameters whose candidate is best on the validation rows, then trains it on all of the data.
 *
 * Folds of a trial are evaluated in turn, and after each the pruner may end the trial. Its value is the mean over the folds. Trials run in
 * parallel, each on one native thread, over one data set in memory. Trials, values, decisions and the winner's weights are a function of
 * data, space, `build`, metric, validation, sampler, pruner, seed and lag alone; not of `workers` or time. A trial that diverges, or whose
 * value is NaN, is `failed`; so is one whose `build` throws or gives what cannot be trained, except for the first of a study: then `tune`
 * rejects with that error.
 *
 * Pruners of steps see every epoch: epoch e (from 1) of fold f (from 0) is step f · epochs + e, with the mean of the folds before and of
 * this epoch, on the rows that `fit` validates on. The winner is trained for its `epochs`, or with early stopping for the mean of the best
 * epochs of its folds, without a validation part; its early stopping and `validation` are left out.
 *
 * The same call with the same `storage` and `name` goes on where it stopped, to the same result as if it had not; other settings than
 * the study was created with are an error, as are other data. What `build` does cannot be compared.
 *
 * What it returns is awaitable and iterable (a record for each trial that this call finished); it starts on the next tick. With
 * `progress: 'folds'` there is one after each fold too, its last included, whose `status` is `'running'`: those of a trial come in the order
 * of its folds and before the record of its end; trials run at once, so that theirs are mixed, and one that is given up has no end. `stop()`
 * gives up the trials under way, which are run again when the search goes on, and resolves with the best so far, trained on all data;
 * called while the winner is trained, it ends that training, and there is no model: leave a loop that has called it.
 *
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, `ERR_DATA`, `ERR_SHAPE` as the rule of validation and `fit` do; `ERR_STORAGE` when
 * the study was created otherwise or cannot be kept; `ERR_CLOSED`. Aborting rejects with `signal.reason`.
 * @example
 * ```ts
 * const search = tune(train, {
 *   space: searchSpace({ learningRate: float(1e-4, 1e-1, { scale: 'log' }), units: int(16, 256, { scale: 'log' }) }),
 *   build: ({ learningRate, units }) => ({
 *     network: sequential([input({ shape: [64] }), dense(units, { activation: 'relu' }), dense(10)]),
 *     loss: 'crossEntropy', optimizer: adam({ learningRate }), epochs: 20,
 *   }),
 *   metric: 'accuracy', validation: kFold(5), trials: 30,
 * })
 * for await (const { number, value, status } of search) console.log(number, value, status)
 * const { best, model } = await search
 * ```
 */
export function tune<P, L extends Labels = Label, K extends string = never, F extends TuneDetail = 'trials'>(
  data: Dataset<L>,
  options: TuneOptions<P, L, K, F>,
): Run<TuneProgress<P> | (F extends 'folds' ? TuneFoldProgress<P> : never), TuneResult<P, L, K>> {
  const run = startJob('tune', () => readTune('tune', data, options), work)
  return run as never
}

type AnyProgress = TuneProgress | TuneFoldProgress

async function work(job: TuneJob, context: RunContext<AnyProgress>): Promise<TuneResult> {
  const { data, validation, signal, seed } = job
  const stops = stopsOf(context)
  let study: Study | undefined
  let folds: readonly DrawnFold[] = []
  try {
    signal?.throwIfAborted()
    const extra = await identityOf(job)
    signal?.throwIfAborted()
    // before there is a study: it would keep a rule that the data do not allow for ever
    folds = await validation.draw('tune', data, { seed, path: job.reshuffle ? [0] : [] })
    if (job.reshuffle) closeFolds(folds)
    signal?.throwIfAborted()
    study = await begin('tune', { connection: job.connection, name: job.name, open: true, given: job.given, extra })
    signal?.throwIfAborted()
    const status = await search(job, study, job.reshuffle ? undefined : folds, context, stops)
    const { best, trials } = study
    const model = job.refit && best !== undefined ? await refitted(job, best, stops) : undefined
    return Object.freeze({ best, model, study, trials, status })
  } catch (error) {
    await study?.close()
    throw error
  } finally {
    closeFolds(folds)
    validation.close()
    data.close()
  }
}

/** What `stop()` ends. */
interface Stops {
  /** It was called. */
  called: boolean
  /** What runs now. */
  running: Run<unknown, unknown> | undefined
}

function stopsOf(context: RunContext<AnyProgress>): Stops {
  const stops: Stops = { called: context.stopped, running: undefined }
  context.onStop = () => {
    stops.called = true
    stops.running?.stop()
  }
  return stops
}

/** What else the numbers of a study depend on. */
async function identityOf({ data, validation, metric, reshuffle }: TuneJob): Promise<Json> {
  const parts = {
    metric: metricConfig(metric),
    validation: await validation.identity('tune'),
    data: await identify('tune', data),
    reshuffle,
  }
  return JSON.parse(JSON.stringify(parts)) as Json
}

/** Runs trials until there are enough. */
async function search(
  job: TuneJob,
  study: Study,
  folds: readonly DrawnFold[] | undefined,
  context: RunContext<AnyProgress>,
  stops: Stops,
): Promise<TuneResult['status']> {
  const { signal, trials, workers, stopping } = job
  const core = coreOf('tune', study)
  const inner = new AbortController()
  const abort = (): void => inner.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  const plan: TrialPlan = {
    job,
    folds,
    series: core.pruner.series,
    // what the first cannot be trained with, the others hardly can
    failed: (number, error) => {
      if (number === 0) inner.abort(error)
    },
    folded: (number, value) => {
      const entry = core.projection.entries[number]
      if (job.progress === 'folds' && entry !== undefined) {
        context.emit(foldProgressOf(core.record(entry), value, study))
      }
    },
  }
  const objective = (params: never, trial: Trial<never>) => runTrial(plan, params, trial as unknown as Trial)
  try {
    const run = optimize(core, () => ({
      objective,
      plan: {
        trials: Number.MAX_SAFE_INTEGER,
        total: trials,
        workers,
        timeout: undefined,
        trialTimeout: undefined,
        stopping,
        throws: false,
        signal: inner.signal,
      },
    }))
    stops.running = run
    if (stops.called) run.stop()
    for await (const record of run) context.emit(progressOf(record, study))
    return (await run).status
  } finally {
    stops.running = undefined
    signal?.removeEventListener('abort', abort)
  }
}

function progressOf(record: TrialRecord, study: Study): TuneProgress {
  const { number, params, value, status, reason, folds, started, finished } = record
  return Object.freeze({
    number,
    params,
    ...(value === undefined ? {} : { value }),
    status: status as TuneProgress['status'],
    ...(reason === undefined ? {} : { reason }),
    folds: folds.values,
    seconds: Math.max(0, (finished ?? started) - started) / 1000,
    best: study.best,
  })
}

function foldProgressOf(record: TrialRecord, value: number, study: Study): TuneFoldProgress {
  const { number, params, folds, started } = record
  return Object.freeze({
    number,
    params,
    ...(Number.isNaN(value) ? {} : { value }),
    status: 'running',
    folds: folds.values,
    seconds: Math.max(0, Date.now() - started) / 1000,
    best: study.best,
  })
}

/** The winner, trained on all of the data to the end. */
async function refitted(job: TuneJob, best: TrialRecord, stops: Stops): Promise<Model | undefined> {
  // a search that was stopped still gets its winner; stopping that ends it
  const candidate = buildCandidate('tune', 'build', job.build, [best.params])
  const run = refit(candidate, job.data, job.seed, (best.attributes[BEST_EPOCHS] ?? []) as number[], job.signal)
  stops.running = run
  const { model, status } = await run
  if (status === 'completed') return model as Model
  model.close()
  return undefined
}
