import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import { engineMetrics } from '../metric/index.ts'
import type { GraphSpec } from '../model/graph.ts'
import { classesOf, matchClasses, matchInputs, matchTargets } from '../model/match.ts'
import { isModel, modelInside } from '../model/model.ts'
import { type Network, readNetwork } from '../model/network.ts'
import { withTargetTransform } from '../model/targetTransform.ts'
import { outputsFor, withLoss } from '../model/withLoss.ts'
import { type NativeNetwork, type NativeTrainer, native, receive, unwrap } from '../native/index.ts'
import { orAbort } from './abort.ts'
import { matchClassWeights } from './classWeights.ts'
import { type FitPlan, readFitOptions } from './options.ts'

/** A run, read and checked. */
export interface Job {
  readonly plan: FitPlan
  readonly network: Network<string>
  readonly start: NativeNetwork | undefined
  /** The network has more in it than that of `start`. */
  readonly extended: boolean
  readonly graph: GraphSpec
  /** Rows to train and to validate on: views of our own, closed at the end, so that the caller may close his at once. */
  readonly views: readonly [train: Dataset, validation?: Dataset]
}

/** Reads and checks what a run is started with; `where` is how messages call it. */
export function prepare(where: string, start: unknown, train: unknown, options: unknown): Job {
  const inside = isModel(start) ? modelInside(where, start) : undefined
  const given = inside?.network ?? readNetwork(where, start)
  const plan = readFitOptions(where, options, given.outputs)
  const { meta } = insideOf<Labels>(where, train)
  const network = withTargetTransform(where, given, plan.targetTransform, plan.objectives, meta.targets)
  matchInputs(where, network, meta)
  matchClasses(where, network, inside?.classes, classesOf(meta.outputs))
  matchClassWeights(where, plan.classWeights, network.outputs, meta.classes?.length)
  const graph = withLoss(where, network, plan.objectives, matchTargets(where, network, meta.outputs))
  // a part of the rows is drawn by the engine, off the event loop
  const apart = typeof plan.validation === 'number' ? undefined : plan.validation
  if (apart !== undefined) {
    const place = `${where}: validation`
    const { meta: other } = insideOf<Labels>(place, apart)
    matchInputs(place, network, other)
    const targets = matchTargets(place, network, other.outputs)
    matchClasses(place, network, classesOf(meta.outputs), classesOf(other.outputs))
    withLoss(place, network, plan.objectives, targets)
  }
  const whole = (set: Dataset): Dataset => set.take(set.size)
  const rows = whole(train as Dataset)
  const views: Job['views'] = apart === undefined ? [rows] : [rows, whole(apart)]
  return { plan, network, start: inside?.handle, extended: network !== given, graph, views }
}

/** The trainer of a run, with the weights that it begins with. */
export async function trainerOf(job: Job): Promise<NativeTrainer> {
  const { signal } = job.plan
  const ready = job.start !== undefined && !job.extended
  const first = ready && job.start ? job.start : await orAbort(drawn(job), signal)
  try {
    signal?.throwIfAborted()
    const train = insideOf<Labels>('fit', job.views[0])
    const validation = job.views[1] && insideOf<Labels>('fit', job.views[1])
    const made = native().createTrainer(first, engineGraph(job), train.handle, validation?.handle, engineOptions(job))
    return await orAbort(receive(made), signal)
  } finally {
    if (first !== job.start) first.close()
  }
}

/** Bytes of the buffers that a step of so many rows needs besides weights and data. */
export function memoryOf(job: Job, rows: number): number {
  const rule = JSON.stringify({ optimizer: job.plan.optimizer.rule, ...job.plan.clip })
  const json = unwrap(native().describe(engineGraph(job), rows, rule))
  return (JSON.parse(json) as { readonly memory: number }).memory
}

/** Frees the views of a run. */
export function closeViews(job: Job): void {
  for (const view of job.views) view?.close()
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
