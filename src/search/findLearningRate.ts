import type { Dataset } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import type { AnyModel } from '../model/model.ts'
import type { Network } from '../model/network.ts'
import { type NativeTrainer, unwrapLater } from '../native/index.ts'
import { guarded, ranges, readInteger, readNumber, readOptions, refuse } from '../options.ts'
import { createClock } from '../train/clock.ts'
import { closeViews, type Job, prepare, trainerOf } from '../train/job.ts'
import type { FitOptions } from '../train/options.ts'
import { createRows } from '../train/rows.ts'
import { ramp } from './ramp.ts'

/** Options of {@link findLearningRate}. */
export interface FindLearningRateOptions<L extends Labels = Label, K extends string = never>
  extends Pick<
    FitOptions<never, L, K>,
    | 'loss'
    | 'lossWeights'
    | 'optimizer'
    | 'clipNorm'
    | 'clipValue'
    | 'batchSize'
    | 'classWeights'
    | 'targetTransform'
    | 'shuffle'
    | 'seed'
    | 'threads'
    | 'signal'
  > {
  /** The first learning rate, > 0; default 1e-6. */
  readonly from?: number
  /** The last learning rate, above the first; default 10. */
  readonly to?: number
  /** Steps from the first to the last, an integer ≥ 10; default 100. */
  readonly steps?: number
  /** What the average keeps of itself from one step to the next, in [0, 1); default 0.9. */
  readonly smoothing?: number
}

/** What {@link findLearningRate} resolves to. */
export interface LearningRates {
  /** The learning rate of each step that was taken. */
  readonly rates: readonly number[]
  /** The loss of the step's batch, before the step. */
  readonly losses: readonly number[]
  /** The losses as a moving average, corrected for its start. */
  readonly smoothed: readonly number[]
  /**
   * A learning rate to begin with: where the smoothed loss falls fastest per factor of the learning rate, before its lowest point.
   * `undefined` when there is none: it never falls, or only at the first step.
   */
  readonly suggestion: number | undefined
  /** Where the smoothed loss is lowest; a tenth of it is another common choice. */
  readonly lowest: number | undefined
}

const own = ['from', 'to', 'steps', 'smoothing'] as const
const shared = [
  'loss',
  'lossWeights',
  'optimizer',
  'clipNorm',
  'clipValue',
  'batchSize',
  'classWeights',
  'targetTransform',
  'shuffle',
  'seed',
  'threads',
  'signal',
] as const
/** The test ends when the smoothed loss is so many times its lowest. */
const BLOWN_UP = 4

/**
 * The range test of Smith (2017): one short run whose learning rate grows by a constant factor from step to step, which ends when the loss
 * blows up. The network or model stays as it is. The result depends on network, data and options alone.
 *
 * @param network a network, or a model to train further
 * @throws DownslopeError (as a rejection) as `fit`
 * @example
 * ```ts
 * const { suggestion } = await findLearningRate(network, train, { loss: 'crossEntropy', optimizer: 'adam', batchSize: 32 })
 * fit(network, train, { loss: 'crossEntropy', optimizer: adam({ learningRate: suggestion }), batchSize: 32 })
 * ```
 */
export async function findLearningRate<L extends Labels = Label, K extends string = never>(
  network: Network<K> | AnyModel<K>,
  data: Dataset<L>,
  options: FindLearningRateOptions<L, K>,
): Promise<LearningRates> {
  const where = 'findLearningRate'
  const { job, rate, steps, smoothing } = guarded(where, 'ERR_OPTION', () => read(where, network, data, options))
  const { signal } = job.plan
  let trainer: NativeTrainer | undefined
  const cancel = (): void => trainer?.cancel()
  try {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', cancel, { once: true })
    trainer = await trainerOf(job)
    signal?.throwIfAborted()
    const clock = createClock(job.plan.epochs, job.plan.batches, trainer.rows)
    const numbers = { ...job.plan.optimizer.numbers, learningRate: rate }
    const rows = createRows({ ...job.plan.optimizer, numbers }, trainer.hyperparameters, clock, job.plan.companions)
    const found: { rates: number[]; losses: number[]; smoothed: number[] } = { rates: [], losses: [], smoothed: [] }
    let [average, weight, lowest] = [0, 0, Number.POSITIVE_INFINITY]
    let [sum, inside] = [0, 0]
    for (let step = 0; step < steps; step++) {
      const result = await unwrapLater(trainer.advance(rows.fill(step, 1), 1, 1000))
      signal?.throwIfAborted()
      const epoch = result.epochs.at(-1)
      if (epoch === undefined || result.diverged) break
      // the record has the mean over the epoch so far
      const loss = epoch.loss * epoch.steps - (epoch.steps === inside + 1 ? sum : 0)
      ;[sum, inside] = epoch.complete ? [0, 0] : [epoch.loss * epoch.steps, epoch.steps]
      if (!Number.isFinite(loss)) break
      average = smoothing * average + (1 - smoothing) * loss
      weight = smoothing * weight + (1 - smoothing)
      const smooth = average / weight
      found.rates.push(rate(step))
      found.losses.push(loss)
      found.smoothed.push(smooth)
      lowest = Math.min(lowest, smooth)
      if (smooth > BLOWN_UP * lowest && lowest > 0) break
    }
    return Object.freeze({ ...suggest(found.rates, found.smoothed), ...found })
  } finally {
    signal?.removeEventListener('abort', cancel)
    trainer?.close()
    closeViews(job)
  }
}

interface Read {
  readonly job: Job
  /** The rate of each step. */
  readonly rate: (step: number) => number
  readonly steps: number
  readonly smoothing: number
}

function read(where: string, network: unknown, data: unknown, options: unknown): Read {
  const {
    from: first,
    to: last,
    steps: count,
    smoothing: kept,
    ...rest
  } = readOptions(where, options, [...shared, ...own])
  const from = readNumber(where, 'from', first, ranges.positive, 1e-6)
  const to = readNumber(where, 'to', last, ranges.positive, 10)
  if (to <= from) refuse(where, `to must be above from (${from})`, to)
  if (to / from === Number.POSITIVE_INFINITY) refuse(where, `to must be less than 1e308 times from (${from})`, to)
  const steps = readInteger(where, 'steps', count, 10, 100)
  const smoothing = readNumber(where, 'smoothing', kept, ranges.belowOne, 0.9)
  // an epoch has at least one step
  const job = prepare(where, network, data, { ...rest, epochs: steps })
  return { job, rate: ramp(from, to, steps - 1), steps, smoothing }
}

/** The rate of the steepest fall of the smoothed loss over the logarithm of the rate, and that of its lowest point. */
function suggest(rates: readonly number[], smoothed: readonly number[]): Pick<LearningRates, 'suggestion' | 'lowest'> {
  let bottom = 0
  for (const [step, loss] of smoothed.entries())
    if (loss < (smoothed[bottom] ?? Number.POSITIVE_INFINITY)) bottom = step
  let [steepest, slope] = [-1, 0]
  for (let step = 1; step < bottom; step++) {
    // rates grow by a constant factor, so steps are distances
    const change = (smoothed[step + 1] as number) - (smoothed[step - 1] as number)
    if (change < slope) [steepest, slope] = [step, change]
  }
  return { suggestion: rates[steepest], lowest: bottom === 0 ? undefined : rates[bottom] }
}
