import { isAbsolute, resolve } from 'node:path'
import type { Inputs } from '../data/columns.ts'
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Label } from '../data/labels.ts'
import type { Tensor, TensorLike } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import { type LossName, readLoss } from '../loss/index.ts'
import { type MetricName, named, readMetrics } from '../metric/index.ts'
import { type NativeNetwork, unwrap, unwrapLater } from '../native/index.ts'
import { coded, guarded, readBoolean, readInteger, readOptions, refuse } from '../options.ts'
import { matchClasses, matchInputs } from './match.ts'
import { metadataOf } from './metadata.ts'
import type { Network } from './network.ts'
import { classesFrom, predict, predictHere, readBatches } from './predict.ts'
import { readWeights, writeTensors } from './weights.ts'
import { probabilityTransform, withLoss } from './withLoss.ts'

/** Options of {@link Model.predict}. */
export interface PredictOptions {
  /** Apply what belongs to the loss: softmax for `crossEntropy`, sigmoid for `binaryCrossEntropy`; default `false`. */
  readonly probabilities?: boolean
  /**
   * At most so many rows at a time, an integer ≥ 1, to bound memory; default: all. Each batch is copied when its turn comes:
   * leave typed arrays as they are until the result is there.
   */
  readonly batchSize?: number
}

/** Options of {@link Model.evaluate}. */
export interface EvaluateOptions<M extends MetricName = MetricName> {
  /** What else is measured; default none. */
  readonly metrics?: readonly M[]
  /** For a model that was never trained; default: what it was trained with. */
  readonly loss?: LossName
}

/** What a model is made of. */
export interface ModelInside<L extends Label> {
  readonly handle: NativeNetwork
  readonly network: Network
  readonly loss: LossName | undefined
  readonly classes: readonly L[] | undefined
}

const insides = new WeakMap<object, ModelInside<Label>>()

/** True for models. */
export function isModel(value: unknown): value is Model {
  return typeof value === 'object' && value !== null && insides.has(value)
}

/** The inside of a model that is open. */
export function modelInside(where: string, model: Model): ModelInside<Label> {
  const inside = insides.get(model)
  if (inside === undefined || model.closed) throw new DownslopeError('ERR_CLOSED', `${where}: the model is closed`)
  return inside
}

/**
 * A network with weights, in native memory. Made by {@link fit}, {@link initialize} and {@link loadModel}. Several
 * predictions may run at once.
 */
export class Model<L extends Label = Label> {
  /** Its structure. */
  readonly network: Network
  /** The classes in order, where it was trained with labels. */
  readonly classes: readonly L[] | undefined
  /** What it was trained with. */
  readonly loss: LossName | undefined
  readonly #handle: NativeNetwork
  #closed = false

  /** @internal */
  constructor(inside: ModelInside<L>) {
    this.#handle = inside.handle
    this.network = inside.network
    this.classes = inside.classes
    this.loss = inside.loss
    insides.set(this, inside as unknown as ModelInside<Label>)
  }

  /** True after `close()`. */
  get closed(): boolean {
    return this.#closed
  }

  #open(where: string): NativeNetwork {
    if (this.#closed) throw new DownslopeError('ERR_CLOSED', `${where}: the model is closed`)
    return this.#handle
  }

  /** The result of work that a `close()` meanwhile makes void, whichever was first. */
  #still<T>(where: string, result: T): T {
    this.#open(where)
    return result
  }

  #transform(where: string, value: unknown): 'none' | 'softmax' | 'sigmoid' {
    if (!readBoolean(where, 'probabilities', value, false)) return 'none'
    if (this.loss === undefined) return refuse(where, 'probabilities need a model that was trained', value)
    if (this.loss === 'meanSquaredError') return refuse(where, 'probabilities do not belong to meanSquaredError', value)
    return probabilityTransform(this.network, this.loss)
  }

  /**
   * Outputs for rows of inputs, off the event loop: `[rows, …]`.
   *
   * @param x rows of the network's input, or a record of them by name
   * @throws DownslopeError (as a rejection) `ERR_SHAPE` or `ERR_DATA` when the rows do not fit; `ERR_OPTION`; `ERR_CLOSED`,
   * also when the model is closed meanwhile
   * @example
   * ```ts
   * const { data, shape } = await model.predict([[5.1, 3.5, 1.4, 0.2]], { probabilities: true })
   * ```
   */
  async predict(x: Inputs, options: PredictOptions = {}): Promise<Tensor<Float32Array>> {
    const handle = this.#open('predict')
    const read = readOptions('predict', options, ['probabilities', 'batchSize'])
    const size = read.batchSize === undefined ? undefined : readInteger('predict', 'batchSize', read.batchSize, 1)
    const transform = this.#transform('predict', read.probabilities)
    return this.#still('predict', await predict(handle, readBatches('predict', this.network, x, size), transform))
  }

  /**
   * {@link Model.predict} here and now, on the calling thread: microseconds for a few rows of a small model.
   *
   * @throws DownslopeError as `predict`
   */
  predictSync(x: Inputs, options: Omit<PredictOptions, 'batchSize'> = {}): Tensor<Float32Array> {
    const handle = this.#open('predictSync')
    const { probabilities } = readOptions('predictSync', options, ['probabilities'])
    const transform = this.#transform('predictSync', probabilities)
    return predictHere(handle, readBatches('predictSync', this.network, x, undefined), transform)
  }

  /**
   * The most likely class of each row, as the labels were given.
   *
   * @throws DownslopeError (as a rejection) `ERR_OPTION` when the model was not trained with labels; else as `predict`
   */
  async predictClasses(x: Inputs): Promise<L[]> {
    const handle = this.#open('predictClasses')
    const { classes, loss, network } = this
    if (classes === undefined || loss === undefined) {
      throw new DownslopeError('ERR_OPTION', 'predictClasses: the model must have been trained with labels')
    }
    const batches = readBatches('predictClasses', network, x, undefined)
    return this.#still('predictClasses', await classesFrom(handle, network, loss, classes, batches))
  }

  /**
   * Mean loss and metrics over a data set.
   *
   * @throws DownslopeError (as a rejection) `ERR_SHAPE` or `ERR_DATA` when the data do not fit; `ERR_OPTION`; `ERR_CLOSED`
   * @example
   * ```ts
   * const { loss, accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
   * ```
   */
  async evaluate<const M extends MetricName = never>(
    data: Dataset<L>,
    options: EvaluateOptions<M> = {},
  ): Promise<Record<M | 'loss', number>> {
    const handle = this.#open('evaluate')
    const read = readOptions('evaluate', options, ['metrics', 'loss'])
    const loss = readLoss('evaluate', read.loss ?? this.loss)
    const metrics = readMetrics('evaluate', read.metrics, loss)
    const inside = insideOf<L>('evaluate', data)
    matchInputs('evaluate', this.network, inside.meta)
    matchClasses('evaluate', this.classes, inside.meta.classes)
    const { classes, targets } = inside.meta
    const graph = withLoss('evaluate', this.network, loss, { classes: classes?.length, targets })
    const result = await unwrapLater(handle.evaluate(JSON.stringify(graph), inside.handle, JSON.stringify(metrics), 0))
    return this.#still('evaluate', { loss: result.loss, ...named(metrics, result.metrics) }) as Record<
      M | 'loss',
      number
    >
  }

  /**
   * Copies of all parameters, and of what `standardize` learned, by name: `dense_1/kernel` is `[inputs, units]`.
   *
   * @throws DownslopeError `ERR_CLOSED`
   */
  weights(): Record<string, Tensor<Float32Array>> {
    return readWeights(unwrap(this.#open('weights').tensors()))
  }

  /**
   * Replaces the named tensors; the others stay.
   *
   * @throws DownslopeError `ERR_OPTION` for an unknown name; `ERR_SHAPE` when a shape differs; `ERR_DATA` when a value is
   * not finite; `ERR_CLOSED`
   */
  setWeights(weights: Readonly<Record<string, TensorLike>>): void {
    const handle = this.#open('setWeights')
    const tensors = guarded('setWeights', 'ERR_DATA', () => writeTensors(weights, this.network.graph))
    unwrap(handle.setTensors(tensors))
  }

  /**
   * Writes a safetensors file with the tensors of `weights()`; graph, classes and loss are in its metadata. The file is
   * written beside, synced and renamed: a crash leaves the old one whole.
   *
   * @throws DownslopeError (as a rejection) `ERR_CHECKPOINT` when it cannot be written; `ERR_OPTION` when `path` is not a
   * text; `ERR_CLOSED`
   */
  async save(path: string): Promise<void> {
    const handle = this.#open('save')
    await unwrapLater(handle.save(readPath('save', path), metadataOf(this)))
  }

  /** Frees its memory; idempotent. Predictions under way reject with `ERR_CLOSED`. */
  close(): void {
    this.#closed = true
    this.#handle.close()
  }

  /** {@link Model.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }
}

/** Reads a path of a file. */
export function readPath(where: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    refuse(where, 'path must be a text that is not empty', value)
  }
  try {
    return isAbsolute(value) ? value : resolve(value)
  } catch (cause) {
    throw coded(where, 'ERR_OPTION', cause)
  }
}
