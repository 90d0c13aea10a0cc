import type { Dataset } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import type { AnyModel } from '../model/model.ts'
import type { Network } from '../model/network.ts'
import { unwrapLater } from '../native/index.ts'
import { guarded, ranges, readInteger, readNumber, readOptions, readSignal, refuse } from '../options.ts'
import { createClock } from '../train/clock.ts'
import { closeViews, type Job, memoryOf, prepare, trainerOf } from '../train/job.ts'
import type { FitOptions } from '../train/options.ts'
import { createRows } from '../train/rows.ts'

/** Options of {@link findBatchSize}. */
export interface FindBatchSizeOptions<L extends Labels = Label, K extends string = never>
  extends Pick<
    FitOptions<never, L, K>,
    'loss' | 'lossWeights' | 'optimizer' | 'clipNorm' | 'clipValue' | 'targetTransform' | 'threads' | 'signal'
  > {
  /** Batch sizes to try, integers ≥ 1 (clamped to the data); default: powers of two from 8 to 4096, as far as there are rows. */
  readonly candidates?: readonly number[]
  /** How long each is measured, in milliseconds, > 0; default 100. */
  readonly milliseconds?: number
}

/** A batch size that was tried. */
export interface MeasuredBatchSize {
  readonly batchSize: number
  /** Rows that training goes through in a second. */
  readonly samplesPerSecond: number
  /** Memory of the buffers of a step, besides weights and data. */
  readonly bytes: number
}

/** What {@link findBatchSize} resolves to. */
export interface BatchSizes {
  readonly candidates: readonly MeasuredBatchSize[]
  /** The smallest that reaches nine tenths of the best speed: larger ones take fewer steps in the same time. */
  readonly suggestion: number
}

const own = ['candidates', 'milliseconds'] as const
const shared = [
  'loss',
  'lossWeights',
  'optimizer',
  'clipNorm',
  'clipValue',
  'targetTransform',
  'threads',
  'signal',
] as const
const [SMALLEST, LARGEST] = [8, 4096]
const PIECES = 5
/** A larger batch must be this much faster than what a smaller one reaches. */
const ENOUGH = 0.9

/**
 * Measures how fast training is with batches of different sizes on this machine, now: the numbers differ from run to run. Nothing is
 * learned meanwhile; the network or model stays as it is. The size that is fastest is not the one that learns best.
 *
 * @param network a network, or a model to train further
 * @throws DownslopeError (as a rejection) as `fit`
 * @example
 * ```ts
 * const { candidates, suggestion } = await findBatchSize(network, train, { loss: 'crossEntropy', optimizer: 'adam' })
 * ```
 */
export async function findBatchSize<L extends Labels = Label, K extends string = never>(
  network: Network<K> | AnyModel<K>,
  data: Dataset<L>,
  options: FindBatchSizeOptions<L, K>,
): Promise<BatchSizes> {
  const where = 'findBatchSize'
  const { sizes, milliseconds, signal, job } = guarded(where, 'ERR_OPTION', () => read(where, network, data, options))
  const found: MeasuredBatchSize[] = []
  for (const batchSize of sizes) {
    signal?.throwIfAborted()
    found.push(await measured(job(batchSize), batchSize, milliseconds, signal))
  }
  return Object.freeze({ candidates: Object.freeze(found), suggestion: smallestFast(found) })
}

/** The smallest batch size whose speed is nearly the best. */
export function smallestFast(found: readonly Pick<MeasuredBatchSize, 'batchSize' | 'samplesPerSecond'>[]): number {
  const fastest = Math.max(...found.map(({ samplesPerSecond }) => samplesPerSecond))
  const enough = found.filter(({ samplesPerSecond }) => samplesPerSecond >= ENOUGH * fastest)
  return Math.min(...enough.map(({ batchSize }) => batchSize))
}

interface Read {
  readonly sizes: readonly number[]
  readonly milliseconds: number
  readonly signal: AbortSignal | undefined
  /** The run for a batch size. */
  readonly job: (batchSize: number) => Job
}

function read(where: string, network: unknown, data: unknown, options: unknown): Read {
  const { candidates, milliseconds, ...rest } = readOptions(where, options, [...shared, ...own])
  const job = (batchSize: number): Job => prepare(where, network, data, { ...rest, batchSize, epochs: 1 })
  // complaints about all else come first
  closeViews(job(1))
  const { size } = data as Dataset
  return {
    sizes: candidates === undefined ? powers(size) : readSizes(where, candidates, size),
    milliseconds: readNumber(where, 'milliseconds', milliseconds, ranges.positive, 100),
    signal: readSignal(where, rest.signal),
    job,
  }
}

function powers(rows: number): number[] {
  const sizes: number[] = []
  for (let size = SMALLEST; size <= LARGEST && size <= rows; size *= 2) sizes.push(size)
  return sizes.length === 0 ? [rows] : sizes
}

function readSizes(where: string, value: unknown, rows: number): number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 1000) {
    return refuse(where, 'candidates must be an array of at least one and at most 1000 batch sizes', value)
  }
  const sizes = Array.from(value, (size: unknown, index) => readInteger(where, `candidates[${index}]`, size, 1))
  return [...new Set(sizes.map((size) => Math.min(size, rows)))]
}

async function measured(
  job: Job,
  batchSize: number,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<MeasuredBatchSize> {
  try {
    const trainer = await trainerOf(job)
    const cancel = (): void => trainer.cancel()
    try {
      signal?.addEventListener('abort', cancel, { once: true })
      const { optimizer, companions, batches } = job.plan
      // a learning rate of 0 keeps the weights, and training from diverging
      const still = { ...optimizer, numbers: { ...optimizer.numbers, learningRate: 0 } }
      const row = createRows(still, trainer.hyperparameters, createClock(1, batches, trainer.rows), companions).fill(
        0,
        1,
      )
      const run = async (limit: number): Promise<number> => {
        signal?.throwIfAborted()
        const began = performance.now()
        const { steps } = await unwrapLater(trainer.advance(row, 2 ** 31, limit))
        signal?.throwIfAborted()
        return ((steps / trainer.stepsPerEpoch) * trainer.rows * 1000) / (performance.now() - began)
      }
      // buffers and caches are warm after the first steps
      await run(milliseconds / 10)
      // the fastest of some pieces: a neighbour on the machine makes others slow
      let samplesPerSecond = 0
      for (let piece = 0; piece < PIECES; piece++) {
        samplesPerSecond = Math.max(samplesPerSecond, await run(milliseconds / PIECES))
      }
      return Object.freeze({ batchSize, samplesPerSecond, bytes: memoryOf(job, batchSize) })
    } finally {
      signal?.removeEventListener('abort', cancel)
      trainer.close()
    }
  } finally {
    closeViews(job)
  }
}
