import { isAbsolute, resolve } from 'node:path'
import type { Inputs } from '../data/columns.ts'
import type { Dataset } from '../data/dataset.ts'
import type { ClassesOf, Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import type { Tensor, TensorLike } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import {
  type LossOption,
  type Objective,
  readObjectives,
  shownLoss,
  type TrainedLoss,
  transformOf,
} from '../loss/objective.ts'
import { type MetricKeys, type MetricsOption, readMeasures } from '../metric/index.ts'
import { type NativeNetwork, unwrap, unwrapLater } from '../native/index.ts'
import { coded, guarded, readBoolean, readInteger, readOptions, refuse } from '../options.ts'
import { predictFew } from './few.ts'
import type { Classes } from './match.ts'
import { measure } from './measure.ts'
import { metadataOf } from './metadata.ts'
import { type Network, outputsOf } from './network.ts'
import {
  byName,
  classesFrom,
  type Kind,
  type Predicted,
  type PredictedClasses,
  predict,
  predictHere,
  readBatches,
} from './predict.ts'
import { readWeights, writeTensors } from './weights.ts'
import { probabilityTransform } from './withLoss.ts'

/** Options of {@link Model.predict}. */
export interface PredictOptions {
  /**
   * Apply what belongs to the loss: softmax for `crossEntropy`, sigmoid for `binaryCrossEntropy`; of several outputs those
   * whose loss has such a thing. Default `false`.
   */
  readonly probabilities?: boolean
  /**
   * At most so many rows at a time, an integer ≥ 1, to bound memory; default: all. Each batch is copied when its turn comes:
   * leave typed arrays as they are until the result is there.
   */
  readonly batchSize?: number
}

/** Options of {@link Model.evaluate}. */
export interface EvaluateOptions<M = MetricsOption, K extends string = never> {
  /** What else is measured, with several outputs by their names; default none. */
  readonly metrics?: M & MetricsOption<K>
  /** For a model that was never trained, or was saved after training with a function; default: what it was trained with. */
  readonly loss?: LossOption<K>
}

/** What a model is made of. */
export interface ModelInside {
  readonly handle: NativeNetwork
  readonly network: Network<string>
  /** What it was trained with, one for each output. */
  readonly objectives: readonly Objective[] | undefined
  readonly classes: Classes
}

/** Any model whose network has outputs of these names. */
export type AnyModel<K extends string = string> = Pick<Model<never, K>, 'network' | 'closed' | 'close'>

const insides = new WeakMap<object, ModelInside>()

/** True for models. */
export function isModel(value: unknown): value is AnyModel {
  return typeof value === 'object' && value !== null && insides.has(value)
}

/** The inside of a model that is open. */
export function modelInside(where: string, model: AnyModel): ModelInside {
  const inside = insides.get(model)
  if (inside === undefined || model.closed) throw new DownslopeError('ERR_CLOSED', `${where}: the model is closed`)
  return inside
}

/**
 * A network with weights, in native memory. Made by {@link fit}, {@link initialize} and {@link loadModel}. Several
 * predictions may run at once.
 */
export class Model<L extends Labels = Label, K extends string = never> {
  /** Its structure. */
  readonly network: Network<K>
  /** The classes in order, where it was trained with labels; of several outputs a record of those that have labels. */
  readonly classes: ClassesOf<L>
  /** What it was trained with, `'custom'` for functions; of several outputs a record. */
  readonly loss: TrainedLoss<K> | undefined
  readonly #handle: NativeNetwork
  readonly #inside: ModelInside
  #closed = false

  /** @internal */
  constructor(inside: ModelInside) {
    this.#handle = inside.handle
    this.#inside = inside
    const { network, objectives, classes } = inside
    this.network = network as Network<never> as Network<K>
    this.classes = classes as ClassesOf<L>
    const loss = objectives === undefined ? undefined : shownLoss(objectives, network.outputs)
    this.loss = loss as TrainedLoss<K> | undefined
    insides.set(this, inside)
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

  #kinds(where: string, value: unknown): readonly Kind[] {
    if (!readBoolean(where, 'probabilities', value, false)) return ['none']
    const { network, objectives } = this.#inside
    if (objectives === undefined) return refuse(where, 'probabilities need a model that was trained', value)
    if (objectives.every((objective) => transformOf(objective) === 'none')) {
      const names = objectives.map(({ name }) => (name === 'custom' ? 'a loss function' : name)).join(', ')
      return refuse(where, `probabilities do not belong to ${names}`, value)
    }
    return outputsOf(network).map((output, at) => probabilityTransform(output, objectives[at] as Objective))
  }

  /**
   * Outputs for rows of inputs, off the event loop: `[rows, …]`, of several outputs a record by name.
   *
   * @param x rows of the network's input, or a record of them by name
   * @throws DownslopeError (as a rejection) `ERR_SHAPE` or `ERR_DATA` when the rows do not fit; `ERR_OPTION`; `ERR_CLOSED`,
   * also when the model is closed meanwhile
   * @example
   * ```ts
   * const { data, shape } = await model.predict([[5.1, 3.5, 1.4, 0.2]], { probabilities: true })
   * ```
   */
  async predict(x: Inputs, options: PredictOptions = {}): Promise<Predicted<K>> {
    const handle = this.#open('predict')
    const read = readOptions('predict', options, ['probabilities', 'batchSize'])
    const size = read.batchSize === undefined ? undefined : readInteger('predict', 'batchSize', read.batchSize, 1)
    const { network } = this.#inside
    const kinds = this.#kinds('predict', read.probabilities)
    const outputs = await predict(handle, readBatches('predict', network, x, size), kinds)
    return byName(network, this.#still('predict', outputs)) as Predicted<K>
  }

  /**
   * {@link Model.predict} here and now, on the calling thread: microseconds for a few rows of a small model.
   *
   * @throws DownslopeError as `predict`
   */
  predictSync(x: Inputs, options: Omit<PredictOptions, 'batchSize'> = {}): Predicted<K> {
    const handle = this.#open('predictSync')
    const { probabilities } = readOptions('predictSync', options, ['probabilities'])
    const { network } = this.#inside
    const kinds = this.#kinds('predictSync', probabilities)
    const few = predictFew(handle, network, x, kinds[0])
    if (few !== undefined) return few as Predicted<K>
    return byName(
      network,
      predictHere(handle, readBatches('predictSync', network, x, undefined), kinds),
    ) as Predicted<K>
  }

  /**
   * The most likely class of each row, as the labels were given; of several outputs a record of those that have labels.
   *
   * @throws DownslopeError (as a rejection) `ERR_OPTION` when the model was not trained with labels; else as `predict`
   */
  async predictClasses(x: Inputs): Promise<PredictedClasses<L>> {
    const handle = this.#open('predictClasses')
    const { classes, objectives, network } = this.#inside
    if (classes === undefined || objectives === undefined) {
      throw new DownslopeError('ERR_OPTION', 'predictClasses: the model must have been trained with labels')
    }
    const batches = readBatches('predictClasses', network, x, undefined)
    const labels = await classesFrom(handle, network, objectives, classes, batches)
    return this.#still('predictClasses', labels) as PredictedClasses<L>
  }

  /**
   * Mean loss and metrics over a data set; of several outputs their weighted sum as `loss`, and `rating/loss`,
   * `rating/accuracy`, … for each.
   *
   * @throws DownslopeError (as a rejection) `ERR_SHAPE` or `ERR_DATA` when the data do not fit; `ERR_OPTION`; `ERR_CLOSED`
   * @example
   * ```ts
   * const { loss, accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
   * ```
   */
  async evaluate<const M extends MetricsOption<K> = never>(
    data: Dataset<L> | Dataset<never>,
    options: EvaluateOptions<M, K> = {},
  ): Promise<Record<MetricKeys<K, M> | 'loss', number>> {
    const handle = this.#open('evaluate')
    const read = readOptions('evaluate', options, ['metrics', 'loss'])
    const { network } = this.#inside
    const known = read.loss === undefined ? this.#inside.objectives : undefined
    const objectives = known ?? readObjectives('evaluate', read.loss, undefined, network.outputs)
    const measures = readMeasures('evaluate', read.metrics, objectives, network.outputs)
    const { values } = await measure('evaluate', { ...this.#inside, handle, objectives }, data, { measures })
    return this.#still('evaluate', values) as Record<MetricKeys<K, M> | 'loss', number>
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
    const tensors = guarded('setWeights', 'ERR_DATA', () => writeTensors(weights, this.#inside.network.graph))
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
    await unwrapLater(handle.save(readPath('save', path), metadataOf(this.#inside)))
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
