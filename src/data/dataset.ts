import { DownslopeError } from '../errors.ts'
import { type NativeDataset, native, unwrap } from '../native/index.ts'
import { frozen, guarded, readBoolean, readInteger, readOptions, readSeed, refuse, showShape } from '../options.ts'
import { type Column, type ColumnType, column, commonRows, type Inputs, labelColumn, readInputs } from './columns.ts'
import { encodeLabels, type Label } from './labels.ts'
import { readFractions, readIndices } from './select.ts'
import { readTensor, type TensorLike } from './tensor.ts'
import type { IntegerArray } from './typed.ts'

/** Numbers to predict. */
export interface TargetOptions {
  /** Rows first: a tensor, nested arrays, or a record of them by the names of the network's inputs. */
  readonly inputs: Inputs
  /** `[n]` or `[n, k]`; `[n]` is `[n, 1]` and never broadcast. */
  readonly targets: TensorLike
}

/** Classes to predict. */
export interface LabelOptions<L extends Label> {
  /** Rows first: a tensor, nested arrays, or a record of them by the names of the network's inputs. */
  readonly inputs: Inputs
  /** One class per row: whole numbers or texts. */
  readonly labels: readonly L[] | (L extends number ? IntegerArray : never)
  /** The classes in order, for a set that may lack some of them; default: those that occur, sorted. */
  readonly classes?: readonly L[]
}

/** Shapes of one row. */
export interface DatasetShapes {
  /** Of the only input, or by name. */
  readonly inputs: readonly number[] | Readonly<Record<string, readonly number[]>>
  /** Of the targets; absent with labels. */
  readonly targets?: readonly number[]
}

/** Options of {@link Dataset.split}. */
export interface SplitOptions {
  /** An integer ≥ 0; default 0. */
  readonly seed?: number
  /** The same share of each class in every part; default: when there are labels and rows are shuffled. */
  readonly stratify?: boolean
  /** Random rows rather than the first ones first; default `true`. */
  readonly shuffle?: boolean
}

/** One pair of {@link Dataset.kFold}. */
export interface Fold<L extends Label = Label> {
  /** Rows to train on. */
  readonly train: Dataset<L>
  /** Rows to validate on. */
  readonly validation: Dataset<L>
}

/** What TypeScript knows of the columns. */
export interface DatasetMeta<L extends Label> {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly type: ColumnType }[]
  readonly targets: readonly number[] | undefined
  readonly classes: readonly L[] | undefined
  readonly named: boolean
}

/** Access for the rest of the library. */
export interface DatasetInside<L extends Label> {
  readonly handle: NativeDataset
  readonly meta: DatasetMeta<L>
}

const insides = new WeakMap<object, DatasetInside<Label>>()

/** True for data sets, open or closed. */
export function isDataset(value: unknown): value is Dataset {
  return typeof value === 'object' && value !== null && insides.has(value)
}

/** The native side of a data set. */
export function insideOf<L extends Label>(where: string, value: Dataset<L> | unknown): DatasetInside<L> {
  const inside = typeof value === 'object' && value !== null ? insides.get(value) : undefined
  if (inside === undefined) refuse(where, 'data must be made by dataset', value, 'ERR_DATA')
  if ((value as Dataset<L>).closed) throw new DownslopeError('ERR_CLOSED', `${where}: the data set is closed`)
  return inside as DatasetInside<L>
}

/**
 * Rows in native memory, immutable. Made by {@link dataset}. Views (`split`, `kFold`, `subset`, `take`) share the memory,
 * which lives until the last of them is closed or collected.
 */
export class Dataset<L extends Label = Label> {
  /** Number of rows. */
  readonly size: number
  /** Shapes of one row. */
  readonly shapes: DatasetShapes
  /** The classes in order, `undefined` without labels; views keep those of the whole. */
  readonly classes: readonly L[] | undefined
  readonly #handle: NativeDataset
  readonly #meta: DatasetMeta<L>
  #closed = false

  /** @internal */
  constructor(inside: DatasetInside<L>) {
    const { handle, meta } = inside
    this.#handle = handle
    this.#meta = meta
    this.size = handle.rows
    const byName = Object.fromEntries(meta.inputs.map(({ name, shape }) => [name, shape]))
    const inputs = meta.named ? byName : (meta.inputs[0]?.shape ?? [])
    this.shapes = frozen({ inputs, ...(meta.targets === undefined ? {} : { targets: meta.targets }) })
    this.classes = meta.classes
    insides.set(this, inside as unknown as DatasetInside<Label>)
  }

  /** True after `close()`. */
  get closed(): boolean {
    return this.#closed
  }

  #open(where: string): NativeDataset {
    if (this.#closed) throw new DownslopeError('ERR_CLOSED', `${where}: the data set is closed`)
    return this.#handle
  }

  #view(handle: NativeDataset): Dataset<L> {
    return new Dataset({ handle, meta: this.#meta })
  }

  /**
   * Parts by fractions, random and stratified by default: `split([0.8, 0.2])`; `split(0.2)` is the same. Fractions may add
   * up to less than 1.
   *
   * @throws DownslopeError `ERR_OPTION` when fractions are not in (0, 1] or add up to more than 1; `ERR_DATA` when a part
   * would be empty; `ERR_CLOSED`
   */
  split(fractions: number | readonly number[], options: SplitOptions = {}): Dataset<L>[] {
    const handle = this.#open('split')
    const parts = guarded('split', 'ERR_OPTION', () => readFractions('split', fractions))
    const read = readOptions('split', options, ['seed', 'stratify', 'shuffle'])
    const shuffle = readBoolean('split', 'shuffle', read.shuffle, true)
    const stratify = this.#stratify('split', read.stratify, shuffle)
    return unwrap(handle.split(parts, readSeed('split', read.seed), stratify, shuffle)).map((part) => this.#view(part))
  }

  /**
   * `k` pairs of training and validation rows; every row is validated on once. Random and stratified by default.
   *
   * @throws DownslopeError `ERR_OPTION` when `k` is not an integer from 2 to the number of rows; `ERR_CLOSED`
   */
  kFold(k: number, options: SplitOptions = {}): Fold<L>[] {
    const handle = this.#open('kFold')
    readInteger('kFold', 'k', k, 2)
    if (k > this.size) refuse('kFold', `k must be at most the number of rows (${this.size})`, k)
    const read = readOptions('kFold', options, ['seed', 'stratify', 'shuffle'])
    const shuffle = readBoolean('kFold', 'shuffle', read.shuffle, true)
    const stratify = this.#stratify('kFold', read.stratify, true)
    const folds = unwrap(handle.folds(k, readSeed('kFold', read.seed), stratify, shuffle))
    return folds.map(({ train, validation }) => ({ train: this.#view(train), validation: this.#view(validation) }))
  }

  #stratify(where: string, value: unknown, fallback: boolean): boolean {
    const stratify = readBoolean(where, 'stratify', value, fallback && this.classes !== undefined)
    if (stratify && this.classes === undefined) refuse(where, 'stratify needs labels', value)
    return stratify
  }

  /**
   * The given rows in that order; repeats are allowed.
   *
   * @throws DownslopeError `ERR_DATA` when an index is not a row or there is none; `ERR_CLOSED`
   */
  subset(indices: readonly number[] | IntegerArray): Dataset<L> {
    const handle = this.#open('subset')
    const rows = guarded('subset', 'ERR_DATA', () => readIndices('subset', indices, this.size))
    return this.#view(unwrap(handle.subset(rows)))
  }

  /**
   * The first `n` rows, or all when there are fewer.
   *
   * @throws DownslopeError `ERR_OPTION` when `n` is not an integer ≥ 1; `ERR_CLOSED`
   */
  take(n: number): Dataset<L> {
    const handle = this.#open('take')
    const rows = Math.min(readInteger('take', 'n', n, 1), this.size)
    return this.#view(unwrap(handle.take(rows)))
  }

  /**
   * The rows of this and then of another set with the same inputs, targets and classes, in new memory.
   *
   * @throws DownslopeError `ERR_SHAPE` or `ERR_DATA` when they do not fit; `ERR_CLOSED`
   */
  concat(other: Dataset<L>): Dataset<L> {
    const handle = this.#open('concat')
    const { handle: second, meta } = insideOf<L>('concat', other)
    if (describeMeta(meta) !== describeMeta(this.#meta)) {
      const text = `concat: both must have ${describeMeta(this.#meta)}, received ${describeMeta(meta)}`
      throw new DownslopeError('ERR_SHAPE', text)
    }
    if (JSON.stringify(meta.classes) !== JSON.stringify(this.classes)) {
      throw new DownslopeError('ERR_DATA', 'concat: both must have the same classes in the same order, received others')
    }
    return this.#view(unwrap(handle.concat(second)))
  }

  /** Frees this view; idempotent. Training that runs on it goes on. */
  close(): void {
    this.#closed = true
    this.#handle.close()
  }

  /** {@link Dataset.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }
}

function describeMeta(meta: DatasetMeta<Label>): string {
  const inputs = meta.inputs.map(({ name, shape, type }) => `${name} ${type}${showShape(shape)}`)
  return [...inputs, meta.targets === undefined ? 'labels' : `targets ${showShape(meta.targets)}`].join(', ')
}

/**
 * A data set: inputs with numbers (`targets`) or classes (`labels`) to predict. Everything is copied once into native
 * memory and checked; changing the arrays afterwards has no effect.
 *
 * Float64 is rounded to f32, Uint8 is kept as bytes, Int32 and Uint32 are ids. Arrays on shared memory are copied first.
 *
 * @throws DownslopeError `ERR_DATA` when values are not finite (with row and column), there are no rows, or labels are of
 * mixed types; `ERR_SHAPE` when numbers of rows differ; `ERR_OPTION` when options are unknown or both or neither of
 * `targets` and `labels` are given
 * @example
 * ```ts
 * const data = dataset({ inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], labels: ['no', 'yes', 'yes', 'no'] })
 * data.classes // ['no', 'yes']
 * const [train, test] = data.split(0.25, { seed: 1 })
 * ```
 */
export function dataset(options: TargetOptions): Dataset<never>
export function dataset(options: LabelOptions<string>): Dataset<string>
export function dataset(options: LabelOptions<number>): Dataset<number>
export function dataset(options: TargetOptions | LabelOptions<Label>): Dataset
export function dataset<L extends Label>(options: TargetOptions | LabelOptions<L>): Dataset<L> {
  return guarded('dataset', 'ERR_DATA', () => {
    const read = readOptions('dataset', options, ['inputs', 'targets', 'labels', 'classes'])
    if ((read.targets === undefined) === (read.labels === undefined)) {
      throw new DownslopeError('ERR_OPTION', 'dataset: either targets or labels must be given')
    }
    if (read.classes !== undefined && read.labels === undefined) refuse('dataset', 'classes need labels', read.classes)
    const inputs = readInputs('dataset', read.inputs, 'input')
    const named = !(inputs.length === 1 && inputs[0]?.name === 'input')
    if (read.labels !== undefined) {
      const { ids, classes } = encodeLabels<L>('dataset', read.labels as readonly L[], read.classes)
      commonRows('dataset', [...inputs, { name: 'labels', rows: ids.length }])
      return make(
        [...inputs.map(({ native }) => native), labelColumn(ids, classes.length)],
        inputs,
        named,
        undefined,
        classes,
      )
    }
    const targets = column('dataset', 'target', 'target', readTensor('dataset: targets', read.targets))
    commonRows('dataset', [...inputs, { ...targets, name: 'targets' }])
    return make(
      [...inputs, targets].map(({ native }) => native),
      inputs,
      named,
      targets.shape,
      undefined,
    )
  })
}

function make<L extends Label>(
  columns: Column['native'][],
  inputs: readonly Column[],
  named: boolean,
  targets: readonly number[] | undefined,
  classes: readonly L[] | undefined,
): Dataset<L> {
  const handle = unwrap(native().createDataset(columns))
  const types = inputs.map(({ name, shape, type }) => ({ name, shape, type }))
  return new Dataset({ handle, meta: { inputs: types, targets, classes, named } })
}
