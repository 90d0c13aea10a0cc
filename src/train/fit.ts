import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { createNaming, engineMetrics, type MetricKeys, type MetricsOption, type Naming } from '../metric/index.ts'
import type { GraphSpec } from '../model/graph.ts'
import { classesOf, matchClasses, matchInputs, matchTargets } from '../model/match.ts'
import { metadataOf } from '../model/metadata.ts'
import { type AnyModel, isModel, Model, modelInside } from '../model/model.ts'
import { type Network, readNetwork } from '../model/network.ts'
import { withTargetTransform } from '../model/targetTransform.ts'
import { outputsFor, withLoss } from '../model/withLoss.ts'
import { type NativeNetwork, type NativeTrainer, native, receive, unwrap, unwrapLater } from '../native/index.ts'
import { guarded, refuse } from '../options.ts'
import { orAbort } from './abort.ts'
import { advance, type Course, type Status } from './advance.ts'
import { readJournal } from './checkpoint.ts'
import { matchClassWeights } from './classWeights.ts'
import { createClock } from './clock.ts'
import { createDecisions } from './decisions.ts'
import type { EpochRecord } from './history.ts'
import { type FitOptions, type FitPlan, readFitOptions } from './options.ts'
import { type Run, type RunContext, startRun } from './run.ts'

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

interface Job {
  readonly plan: FitPlan
  readonly network: Network<string>
  readonly start: NativeNetwork | undefined
  /** The network has more in it than that of `start`. */
  readonly extended: boolean
  readonly graph: GraphSpec
  /** Rows to train and to validate on: views of our own, closed at the end, so that the caller may close his at once. */
  readonly views: readonly [train: Dataset, validation?: Dataset]
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
  // read now, so that later changes to the options do not matter; complaints come as a rejection
  let job: Job | undefined
  let complaint: unknown
  try {
    job = guarded('fit', 'ERR_OPTION', () => prepare(start, train, options))
  } catch (error) {
    complaint = error
  }
  const run = startRun<EpochRecord, FitResult>(async (context) => {
    if (job === undefined) throw complaint
    return work(job, context)
  })
  return run as unknown as Run<EpochRecord<MetricKeys<K, M>>, FitResult<L, MetricKeys<K, M>, K>>
}

function prepare(start: unknown, train: unknown, options: unknown): Job {
  const inside = isModel(start) ? modelInside('fit', start) : undefined
  const given = inside?.network ?? readNetwork('fit', start)
  const plan = readFitOptions('fit', options, given.outputs)
  const { meta } = insideOf<Labels>('fit', train)
  const network = withTargetTransform('fit', given, plan.targetTransform, plan.objectives, meta.targets)
  matchInputs('fit', network, meta)
  matchClasses('fit', network, inside?.classes, classesOf(meta.outputs))
  matchClassWeights('fit', plan.classWeights, network.outputs, meta.classes?.length)
  const graph = withLoss('fit', network, plan.objectives, matchTargets('fit', network, meta.outputs))
  // a part of the rows is drawn by the engine, off the event loop
  const apart = typeof plan.validation === 'number' ? undefined : plan.validation
  if (apart !== undefined) {
    const where = 'fit: validation'
    const { meta: other } = insideOf<Labels>(where, apart)
    matchInputs(where, network, other)
    const targets = matchTargets(where, network, other.outputs)
    matchClasses(where, network, classesOf(meta.outputs), classesOf(other.outputs))
    withLoss(where, network, plan.objectives, targets)
  }
  const whole = (set: Dataset): Dataset => set.take(set.size)
  const rows = whole(train as Dataset)
  const views: Job['views'] = apart === undefined ? [rows] : [rows, whole(apart)]
  return { plan, network, start: inside?.handle, extended: network !== given, graph, views }
}

async function work(job: Job, context: RunContext<EpochRecord>): Promise<FitResult> {
  const { plan, network } = job
  const { signal } = plan
  let trainer: NativeTrainer | undefined
  const aborted = (): void => signal?.throwIfAborted()
  const cancel = (): void => trainer?.cancel()
  let first: NativeNetwork | undefined
  try {
    aborted()
    signal?.addEventListener('abort', cancel, { once: true })
    context.onStop = cancel
    first = job.start !== undefined && !job.extended ? job.start : await orAbort(drawn(job), signal)
    aborted()
    const train = insideOf<Labels>('fit', job.views[0])
    const validation = job.views[1] && insideOf<Labels>('fit', job.views[1])
    const made = native().createTrainer(first, engineGraph(job), train.handle, validation?.handle, engineOptions(job))
    trainer = await orAbort(receive(made), signal)
    aborted()
    const classes = classesOf(train.meta.outputs)
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
    if (first !== job.start) first?.close()
    for (const view of job.views) view?.close()
  }
}

/** Weights of our own to begin with: drawn, or those of a model whose network has more in it now. */
async function drawn({ network, start, plan }: Job): Promise<NativeNetwork> {
  const made = await receive(native().createNetwork(JSON.stringify(network.graph), plan.seed))
  if (start !== undefined) unwrap(made.setTensors(unwrap(start.tensors())))
  return made
}

function engineGraph({ graph, plan }: Job): string {
  if (!plan.optimizer.decayAll) return JSON.stringify(graph)
  return JSON.stringify({ ...graph, parameters: graph.parameters.map((parameter) => ({ ...parameter, decay: true })) })
}

/** Where the run begins: at its first epoch, or behind the last one of a checkpoint. */
async function courseOf(trainer: NativeTrainer, plan: FitPlan, naming: Naming, model: () => string): Promise<Course> {
  const { companions, epochs, resume } = plan
  const clock = createClock(epochs, plan.batches, trainer.rows)
  const decisions = createDecisions(trainer, plan, companions, model)
  const history = resume === undefined ? [] : readJournal(resume, await unwrapLater(trainer.resume(resume), 'fit'))
  if (history.length > epochs) {
    refuse('fit', `epochs must be at least ${history.length}, which '${resume}' has behind it`, epochs)
  }
  for (const record of history) decisions.replay(record)
  return { clock, companions, decisions, history, naming }
}

function engineOptions(job: Job): string {
  const { objectives, optimizer, batchSize, batches, shuffle, seed, threads, measures, ...plan } = job.plan
  const run = {
    ...(batches.length > 1 ? { batchSizes: batches } : {}),
    ...(typeof plan.validation === 'number' ? { validation: plan.validation } : {}),
    ...(plan.classWeights === undefined ? {} : { classWeights: plan.classWeights }),
    ...(plan.checkpoint === undefined ? {} : { checkpoint: plan.checkpoint.path }),
    ...((plan.checkpoint ?? plan.resume) ? { identity: identityOf(job) } : {}),
    keepBest: plan.earlyStopping?.restoreBest ?? false,
  }
  return JSON.stringify({
    optimizer: optimizer.rule,
    batchSize,
    shuffle,
    seed,
    threads,
    metrics: engineMetrics(measures, outputsFor(job.network, objectives, undefined)),
    run,
    ...plan.clip,
  })
}

/** How a checkpoint calls a metric: its key alone where it has no options. */
function named({ key, config }: Job['plan']['measures'][number]): unknown {
  if (config === undefined) return [key, 'custom']
  return Object.keys(config).length > 1 || config.kind !== key ? [key, config] : key
}

/** What must be the same when a checkpoint is resumed, by what messages call it. */
function identityOf(job: Job): Record<string, string> {
  const { plan } = job
  const stopping = plan.earlyStopping
  return {
    loss: plan.objectives.map(({ name, weight }) => `${weight} ${name}`).join(', '),
    optimizer: JSON.stringify(plan.optimizer.rule),
    clipping: JSON.stringify(plan.clip),
    seed: String(plan.seed),
    shuffle: String(plan.shuffle),
    metrics: JSON.stringify(plan.measures.map(named)),
    'batch size': plan.batches.length > 1 ? 'by epoch' : plan.batchSize === 0 ? 'all' : String(plan.batchSize),
    'class weights': plan.classWeights === undefined ? 'none' : JSON.stringify(plan.classWeights),
    'early stopping': stopping
      ? `${stopping.monitor.name}, minDelta ${stopping.minDelta}, restoreBest ${stopping.restoreBest}`
      : 'none',
    network: engineGraph(job),
  }
}
