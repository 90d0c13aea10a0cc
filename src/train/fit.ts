import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { createNaming, type MetricKeys, type MetricsOption, type Naming } from '../metric/index.ts'
import { classesOf } from '../model/match.ts'
import { metadataOf } from '../model/metadata.ts'
import { type AnyModel, Model } from '../model/model.ts'
import type { Network } from '../model/network.ts'
import { outputsFor } from '../model/withLoss.ts'
import { type NativeTrainer, receive, unwrapLater } from '../native/index.ts'
import { refuse } from '../options.ts'
import { advance, type Course, type Status } from './advance.ts'
import { readJournal } from './checkpoint.ts'
import { createClock } from './clock.ts'
import { createDecisions } from './decisions.ts'
import type { EpochRecord } from './history.ts'
import { closeViews, type Job, prepare, trainerOf } from './job.ts'
import type { FitOptions, FitPlan } from './options.ts'
import { type Run, type RunContext, startJob } from './run.ts'

/** What {@link fit} resolves to. */
export interface FitResult<L extends Labels = Label, M extends string = never, K extends string = never> {
  /** The trained model; after divergence with the weights of the last epoch that ended finite. */
  readonly model: Model<L, K>
  /** One record for each epoch that was finished. */
  readonly history: readonly EpochRecord<M>[]
  /** How it ended. */
  readonly status: Status
  /** With `earlyStopping`: the epoch whose monitored number was best. */
  readonly bestEpoch?: number
}

/**
 * Trains a network, or trains a model further: the given model stays as it is and a new one is returned.
 *
 * What it returns is awaitable and iterable; it starts on the next tick.
 *
 * @param start a network (weights are drawn from `seed`) or a model
 * @param train rows to train on
 * @throws DownslopeError (as a rejection) `ERR_OPTION` for options that are unknown or out of their range; `ERR_SHAPE` or
 * `ERR_DATA` when the data do not fit the network or the loss; `ERR_CLOSED`. Aborting rejects with `signal.reason`.
 * @example
 * ```ts
 * const run = fit(network, train, { loss: 'crossEntropy', optimizer: 'adam', epochs: 20, validation: 0.2, metrics: ['accuracy'] })
 * for await (const epoch of run) console.log(epoch.epoch, epoch.loss, epoch.validation?.accuracy)
 * const { model, status } = await run
 * ```
 */
export function fit<L extends Labels = Label, K extends string = never, const M extends MetricsOption<K> = never>(
  start: Network<K> | AnyModel<K>,
  train: Dataset<L>,
  options: FitOptions<M, L, K>,
): Run<EpochRecord<MetricKeys<K, M>>, FitResult<L, MetricKeys<K, M>, K>> {
  const run = startJob('fit', () => prepare('fit', start, train, options), work)
  return run as unknown as Run<EpochRecord<MetricKeys<K, M>>, FitResult<L, MetricKeys<K, M>, K>>
}

async function work(job: Job, context: RunContext<EpochRecord>): Promise<FitResult> {
  const { plan, network } = job
  const { signal } = plan
  let trainer: NativeTrainer | undefined
  const aborted = (): void => signal?.throwIfAborted()
  const cancel = (): void => trainer?.cancel()
  try {
    aborted()
    signal?.addEventListener('abort', cancel, { once: true })
    context.onStop = cancel
    trainer = await trainerOf(job)
    aborted()
    const classes = classesOf(insideOf<Labels>('fit', job.views[0]).meta.outputs)
    const { objectives } = plan
    const naming = createNaming('fit', plan.measures, outputsFor(network, objectives, classes))
    const course = await courseOf(trainer, plan, naming, () => metadataOf({ network, objectives, classes }))
    aborted()
    const status = await advance(trainer, plan, course, context, aborted)
    const { bestEpoch } = course.decisions
    const best = plan.earlyStopping?.restoreBest === true && status !== 'diverged'
    const handle = await receive(best ? trainer.networkKept() : trainer.network())
    const model = new Model({ handle, network, objectives, classes })
    if (signal?.aborted) model.close()
    aborted()
    const history = Object.freeze(course.history)
    return Object.freeze({ model, history, status, ...(bestEpoch === undefined ? {} : { bestEpoch }) })
  } finally {
    signal?.removeEventListener('abort', cancel)
    trainer?.close()
    closeViews(job)
  }
}

/** Where the run begins: at its first epoch, or behind the last one of a checkpoint. */
async function courseOf(trainer: NativeTrainer, plan: FitPlan, naming: Naming, model: () => string): Promise<Course> {
  const { companions, epochs, resume } = plan
  const clock = createClock(epochs, plan.batches, trainer.rows)
  const decisions = createDecisions(trainer, plan, companions, model)
  const history = resume === undefined ? [] : readJournal(resume, await unwrapLater(trainer.resume(resume)))
  if (history.length > epochs) {
    refuse('fit', `epochs must be at least ${history.length}, which '${resume}' has behind it`, epochs)
  }
  for (const record of history) decisions.replay(record)
  return { clock, companions, decisions, history, naming }
}
