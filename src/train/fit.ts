import { type Dataset, type DatasetInside, insideOf } from '../data/dataset.ts'
import type { Label } from '../data/labels.ts'
import type { MetricName } from '../metric/index.ts'
import type { GraphSpec } from '../model/graph.ts'
import { matchClasses, matchInputs } from '../model/match.ts'
import { isModel, Model, modelInside } from '../model/model.ts'
import { type Network, readNetwork } from '../model/network.ts'
import { withLoss } from '../model/withLoss.ts'
import { type NativeDataset, type NativeNetwork, type NativeTrainer, native, receive } from '../native/index.ts'
import { guarded } from '../options.ts'
import { advance, type Status } from './advance.ts'
import type { EpochRecord } from './history.ts'
import { type FitOptions, type FitPlan, readFitOptions } from './options.ts'
import { type Run, type RunContext, startRun } from './run.ts'

/** What {@link fit} resolves to. */
export interface FitResult<L extends Label = Label, M extends MetricName = never> {
  /** The trained model; after divergence with the weights of the last epoch that ended finite. */
  readonly model: Model<L>
  /** One record for each epoch that was finished. */
  readonly history: readonly EpochRecord<M>[]
  /** How it ended. */
  readonly status: Status
}

interface Job {
  readonly plan: FitPlan
  readonly network: Network
  readonly start: NativeNetwork | undefined
  readonly train: DatasetInside<Label>
  readonly validation: NativeDataset | undefined
  readonly graph: GraphSpec
  /** Views of our own, closed at the end. */
  readonly views: readonly Dataset[]
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
export function fit<L extends Label = Label, const M extends MetricName = never>(
  start: Network | Model<Label>,
  train: Dataset<L>,
  options: FitOptions<M, L>,
): Run<EpochRecord<M>, FitResult<L, M>> {
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
  return run as unknown as Run<EpochRecord<M>, FitResult<L, M>>
}

function prepare(start: unknown, train: unknown, options: unknown): Job {
  const plan = readFitOptions('fit', options)
  const inside = isModel(start) ? modelInside('fit', start) : undefined
  const network = inside?.network ?? readNetwork('fit', start)
  const data = insideOf<Label>('fit', train)
  matchInputs('fit', network, data.meta)
  const graph = withLoss('fit', network, plan.loss, targetsOf(data))
  let part = data
  let validation: NativeDataset | undefined
  let views: readonly Dataset[] = []
  if (typeof plan.validation === 'number') {
    const fractions = [1 - plan.validation, plan.validation]
    views = (train as Dataset).split(fractions, { seed: plan.seed })
    part = insideOf('fit', views[0])
    validation = insideOf('fit', views[1]).handle
  } else if (plan.validation !== undefined) {
    const given = insideOf<Label>('fit: validation', plan.validation)
    matchInputs('fit: validation', network, given.meta)
    matchClasses('fit: validation', data.meta.classes, given.meta.classes)
    withLoss('fit: validation', network, plan.loss, targetsOf(given))
    validation = given.handle
  }
  return { plan, network, start: inside?.handle, train: part, validation, graph, views }
}

function targetsOf({ meta }: DatasetInside<Label>): {
  classes: number | undefined
  targets: readonly number[] | undefined
} {
  return { classes: meta.classes?.length, targets: meta.targets }
}

async function work(job: Job, context: RunContext<EpochRecord>): Promise<FitResult> {
  const { plan, network } = job
  const { signal } = plan
  let trainer: NativeTrainer | undefined
  const aborted = (): void => signal?.throwIfAborted()
  const cancel = (): void => trainer?.cancel()
  aborted()
  signal?.addEventListener('abort', cancel, { once: true })
  context.onStop = cancel
  let first: NativeNetwork | undefined
  try {
    first = job.start ?? (await receive(native().createNetwork(JSON.stringify(network.graph), plan.seed)))
    aborted()
    trainer = await receive(
      native().createTrainer(first, engineGraph(job), job.train.handle, job.validation, engineOptions(plan)),
    )
    aborted()
    const history: EpochRecord[] = []
    const status = await advance(trainer, plan, context, history, aborted)
    const handle = await receive(trainer.network())
    const classes = job.train.meta.classes
    const model = new Model({ handle, network, loss: plan.loss, classes })
    if (signal?.aborted) model.close()
    aborted()
    return Object.freeze({ model, history: Object.freeze(history), status })
  } finally {
    signal?.removeEventListener('abort', cancel)
    trainer?.close()
    if (job.start === undefined) first?.close()
    for (const view of job.views) view.close()
  }
}

function engineGraph({ graph, plan }: Job): string {
  if (!plan.optimizer.decayAll) return JSON.stringify(graph)
  return JSON.stringify({ ...graph, parameters: graph.parameters.map((parameter) => ({ ...parameter, decay: true })) })
}

function engineOptions({ optimizer, batchSize, shuffle, seed, threads, metrics }: FitPlan): string {
  return JSON.stringify({ optimizer: optimizer.rule, batchSize, shuffle, seed, threads, metrics })
}
