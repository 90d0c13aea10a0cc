import type { Dataset } from '../data/dataset.ts'
import { insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import { type NativeMinimizer, type NativeTensor, native, receive, unwrap, unwrapLater } from '../native/index.ts'
import type { Expression } from '../ops/expression.ts'
import type { Companions } from '../schedule/fed.ts'
import { companionsOf } from '../train/rows.ts'
import { type Run, type RunContext, startJob } from '../train/run.ts'
import { type Descent, descend, type MinimizeStatus } from './descend.ts'
import { type ObjectiveData, objectiveProgram, type Program } from './graph.ts'
import { type MinimizeDataOptions, type MinimizeOptions, type MinimizePlan, readMinimizeOptions } from './options.ts'
import {
  type Entry,
  flatten,
  type Handles,
  lengthOf,
  type Point,
  readPoint,
  toNative,
  unflatten,
  type ValuesOf,
} from './point.ts'
import type { TrailPart } from './trail.ts'

/** What one step of {@link minimize} started from. */
export interface MinimizeStep<P> {
  /** From 0. */
  readonly step: number
  /** The objective at `parameters`, with data over the batch of the step. */
  readonly value: number
  /** Parameters before the step; those of step 0 are where it started. */
  readonly parameters: ValuesOf<P>
}

/** What {@link minimize} resolves to. */
export interface MinimizeResult<P> {
  /** Parameters after the last step; after divergence those that the last step with finite numbers started from. */
  readonly parameters: ValuesOf<P>
  /** The objective at `parameters`, with data the mean over all rows (batch by batch; after divergence of the batch of that step). */
  readonly value: number
  /** How it ended: all steps taken, the tolerance reached, not finite any more, or `.stop()`. */
  readonly status: MinimizeStatus
  /** Steps taken. */
  readonly steps: number
}

/** The type of a run of {@link minimize}. */
export type MinimizeRun<P> = Run<MinimizeStep<P>, MinimizeResult<P>>

interface Job {
  readonly plan: MinimizePlan
  readonly start: readonly Entry[]
  readonly program: Program
  /** What schedules remember that are fed by the objective. */
  readonly companions: Companions
  /** A view of our own, closed at the end. */
  readonly data: Dataset<Labels> | undefined
}

/**
 * Minimises any differentiable expression by gradient descent: `objective` is called once, with expressions for the
 * parameters, and gives an expression of one number. With `data` it gets the rows of a batch as well, and may give one number
 * per row, whose mean is taken.
 *
 * What it returns is awaitable and iterable; it starts on the next tick. Records are the steps in order, each with the value
 * and parameters that it started from; of a run with more than 64 MB of them every n-th is kept.
 *
 * @param objective from parameters (and a batch) to one number, in terms of `downslope/ops`
 * @param parameters where to start: numbers come back as numbers, arrays and tensors as tensors
 * @throws DownslopeError (as a rejection) `ERR_OPTION` for options that are unknown or out of their range, or an objective that
 * gives no expression or throws; `ERR_SHAPE` when it gives more than a number; `ERR_DATA` when the start is not finite numbers;
 * `ERR_CLOSED`. Aborting rejects with `signal.reason`.
 * @example
 * ```ts
 * const { parameters, value, status } = await minimize(({ x }) => ops.square(x), { x: 10 }, {
 *   optimizer: sgd({ learningRate: 0.1 }), steps: 100,
 * })
 * const line = await minimize(
 *   ({ slope, offset }, { inputs, targets }) => ops.meanSquaredError(ops.add(ops.multiply(inputs, slope), offset), targets),
 *   { slope: 0, offset: 0 },
 *   { data: dataset({ inputs: [0, 1, 2, 3], targets: [1, 3, 5, 7] }), batchSize: 2, optimizer: sgd({ learningRate: 0.1 }) },
 * )
 * ```
 */
export function minimize<P extends Point<P>>(
  objective: (parameters: Handles<P>) => Expression,
  parameters: P,
  options?: MinimizeOptions,
): MinimizeRun<P>
export function minimize<
  P extends Point<P>,
  I extends Expression | Readonly<Record<string, Expression>> = Expression,
  T extends Expression | Readonly<Record<string, Expression>> = Expression,
>(
  objective: (parameters: Handles<P>, data: ObjectiveData<I, T>) => Expression,
  parameters: P,
  options: MinimizeDataOptions,
): MinimizeRun<P>
export function minimize<P extends Point<P>>(
  objective: unknown,
  parameters: P,
  options: MinimizeOptions | MinimizeDataOptions = {},
): MinimizeRun<P> {
  let entries: readonly Entry[] = []
  const read = (): Job => {
    const job = prepare(objective, parameters, options)
    entries = job.start
    return job
  }
  const run = startJob('minimize', read, work<P>)
  // records are kept as numbers and become objects when somebody looks
  const parts = run[Symbol.asyncIterator].bind(run)
  return Object.assign(run, {
    [Symbol.asyncIterator](): AsyncGenerator<MinimizeStep<P>, void, undefined> {
      return records<P>(parts() as AsyncGenerator<TrailPart>, entries)
    },
  }) as unknown as MinimizeRun<P>
}

async function* records<P>(
  parts: AsyncGenerator<TrailPart>,
  entries: readonly Entry[],
): AsyncGenerator<MinimizeStep<P>, void, undefined> {
  const length = lengthOf(entries)
  for await (const { steps, values, parameters } of parts) {
    for (let index = 0; index < values.length; index++) {
      const flat = parameters.subarray(index * length, (index + 1) * length)
      const record = { step: steps[index] ?? 0, value: values[index] ?? Number.NaN }
      yield Object.freeze({ ...record, parameters: unflatten<P>(entries, flat) })
    }
  }
}

function prepare(objective: unknown, parameters: unknown, options: unknown): Job {
  const plan = readMinimizeOptions('minimize', options)
  const start = readPoint('minimize', 'parameters', parameters)
  const meta = plan.data && insideOf('minimize', plan.data).meta
  const program = objectiveProgram('minimize', objective, start, meta)
  const companions = companionsOf('minimize', plan.optimizer, ['loss'])
  return { plan, start, program, companions, data: plan.data?.take(plan.data.size) }
}

async function work<P>(job: Job, context: RunContext<TrailPart>): Promise<MinimizeResult<P>> {
  const { plan, start, program, data } = job
  const { signal } = plan
  const open = new Set<NativeMinimizer>()
  const aborted = (): void => signal?.throwIfAborted()
  const cancel = (): void => {
    for (const minimizer of open) minimizer.cancel()
  }
  const make = async (point: Float32Array, engine: object): Promise<NativeMinimizer> => {
    const tensors = [...toNative(start, point), ...program.constants]
    const text = JSON.stringify(engine)
    const handle = data && insideOf('minimize', data).handle
    const made = await receive(native().createMinimizer(program.graph, tensors, handle, text))
    open.add(made)
    return made
  }
  try {
    aborted()
    signal?.addEventListener('abort', cancel, { once: true })
    context.onStop = cancel
    const first = flatten(start)
    const minimizer = await make(first, { ...plan.engine, batchSize: plan.batchSize, optimizer: plan.optimizer.rule })
    aborted()
    const descent = await descend(minimizer, plan, job.companions, first, context, aborted)
    const value = await finalValue(descent, job, make, aborted)
    aborted()
    const { parameters, status, steps } = descent
    return Object.freeze({ parameters: unflatten<P>(start, parameters), value, status, steps })
  } finally {
    signal?.removeEventListener('abort', cancel)
    for (const minimizer of open) minimizer.close()
    data?.close()
  }
}

/** The objective at the end; with data the mean over all rows, in batches of the same size. */
async function finalValue(
  { parameters, value }: Descent,
  { plan, start, program, data }: Job,
  make: (point: Float32Array, engine: object) => Promise<NativeMinimizer>,
  aborted: () => void,
): Promise<number> {
  if (value !== undefined) return value
  if (data === undefined) {
    const tensors: NativeTensor[] = [...toNative(start, parameters), ...program.constants]
    const { outputs } = unwrap(await native().evaluateGraph(program.graph, tensors, false))
    return outputs[0]?.values[0] ?? Number.NaN
  }
  // steps of size 0 change nothing and say what the objective is; one value per row has a mean over all at once
  const optimizer = { kind: 'sgd', momentum: false, nesterov: false }
  const batchSize = program.perRow ? 0 : plan.batchSize
  const { threads } = plan.engine
  const still = await make(parameters, { optimizer, batchSize, threads, seed: 0, shuffle: false })
  const batch = batchSize === 0 ? data.size : Math.min(batchSize, data.size)
  const row = new Float64Array(still.hyperparameters.length)
  let sum = 0
  for (let done = 0; done < still.stepsPerEpoch; ) {
    const { steps, values, diverged } = await unwrapLater(still.advance(row, still.stepsPerEpoch - done, 50, false))
    aborted()
    for (let step = 0; step < steps; step++) {
      sum += (values[step] ?? Number.NaN) * Math.min(batch, data.size - (done + step) * batch)
    }
    done += steps
    if (diverged) break
  }
  return sum / data.size
}
