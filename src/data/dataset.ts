import { DownslopeError } from '../errors.ts'
import { type NativeDataset, unwrap } from '../native/index.ts'
import { frozen, guarded, readBoolean, readInteger, readOptions, readSeed, refuse, showShape } from '../options.ts'
import type { ColumnType } from './columns.ts'
import type { ClassesOf, Labels } from './forms.ts'
import type { Label } from './labels.ts'
import { type OutputMeta, shown } from './outputs.ts'
import { readFractions, readIndices } from './select.ts'
import type { IntegerArray } from './typed.ts'

/** Shapes of one row. */
export interface DatasetShapes {
  /** Of the only input, or by name. */
  readonly inputs: readonly number[] | Readonly<Record<string, readonly number[]>>
  /** Of the targets, or of those outputs that have targets by name; absent with labels. */
  readonly targets?: readonly number[] | Readonly<Record<string, readonly number[]>>
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

/** The parts of {@link Dataset.split}: as many as fractions, two for a number. */
export type SplitParts<L extends Labels, F extends number | readonly number[]> = F extends readonly number[]
  ? { -readonly [K in keyof F]: Dataset<L> }
  : [Dataset<L>, Dataset<L>]

/** One pair of {@link Dataset.kFold}. */
export interface Fold<L extends Labels = Label> {
  /** Rows to train on. */
  readonly train: Dataset<L>
  /** Rows to validate on. */
  readonly validation: Dataset<L>
}

/** What TypeScript knows of the columns. */
export interface DatasetColumns {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly type: ColumnType }[]
  /** What is to be predicted: one without a key, or several by their keys. */
  readonly outputs: readonly OutputMeta[]
  /** True when rows have weights. */
  readonly weighted: boolean
  /** True when inputs were given by name. */
  readonly named: boolean
}

/** {@link DatasetColumns} with short ways to what the only output has. */
export interface DatasetMeta<L extends Labels> extends DatasetColumns {
  /** Shape of a row of the only output's targets; `undefined` with labels and with several outputs. */
  readonly targets: readonly number[] | undefined
  /** The classes of the only output; `undefined` without labels and with several outputs. */
  readonly classes: readonly Extract<L, Label>[] | undefined
}

/** Access for the rest of the library. */
export interface DatasetInside<L extends Labels> {
  readonly handle: NativeDataset
  readonly meta: DatasetMeta<L>
}

const insides = new WeakMap<object, DatasetInside<Labels>>()

/** True for data sets, open or closed. */
export function isDataset(value: unknown): value is Dataset {
  return typeof value === 'object' && value !== null && insides.has(value)
}

/** The native side of a data set. */
export function insideOf<L extends Labels>(where: string, value: Dataset<L> | unknown): DatasetInside<L> {
  const inside = typeof value === 'object' && value !== null ? insides.get(value) : undefined
  if (inside === undefined) refuse(where, 'data must be made by dataset', value, 'ERR_DATA')
  if ((value as Dataset).closed) throw new DownslopeError('ERR_CLOSED', `${where}: the data set is closed`)
  return inside as unknown as DatasetInside<L>
}

/**
 * Rows in native memory, immutable. Made by `dataset` and `datasetFrom`. Views (`split`, `kFold`, `subset`, `take`) share the memory,
 * which lives until the last of them is closed or collected.
 */
export class Dataset<L extends Labels = Label> {
  /** Number of rows. */
  readonly size: number
  /** Shapes of one row. */
  readonly shapes: DatasetShapes
  /**
   * The classes in order, `undefined` without labels; for several outputs a record of those that have labels. Views keep
   * those of the whole.
   */
  readonly classes: ClassesOf<L>
  readonly #handle: NativeDataset
  readonly #meta: DatasetColumns
  #closed = false

  /** @internal */
  constructor({ handle, meta }: { readonly handle: NativeDataset; readonly meta: DatasetColumns }) {
    this.#handle = handle
    this.#meta = meta
    this.size = handle.rows
    const byName = Object.fromEntries(meta.inputs.map(({ name, shape }) => [name, shape]))
    const inputs = meta.named ? byName : (meta.inputs[0]?.shape ?? [])
    const { targets, classes } = summary(meta.outputs)
    this.shapes = frozen({ inputs, ...(targets === undefined ? {} : { targets }) }) as DatasetShapes
    this.classes = frozen(classes) as ClassesOf<L>
    const [first] = meta.outputs
    const only = first?.key === undefined ? first : undefined
    const inside = { handle, meta: { ...meta, targets: only?.shape, classes: only?.classes } }
    insides.set(this, inside as unknown as DatasetInside<Labels>)
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
  split<const F extends number | readonly number[]>(fractions: F, options: SplitOptions = {}): SplitParts<L, F> {
    const handle = this.#open('split')
    const parts = guarded('split', 'ERR_OPTION', () => readFractions('split', fractions))
    const read = readOptions('split', options, ['seed', 'stratify', 'shuffle'])
    const shuffle = readBoolean('split', 'shuffle', read.shuffle, true)
    const stratify = this.#stratify('split', read.stratify, shuffle)
    const handles = unwrap(handle.split(parts, readSeed('split', read.seed), stratify, shuffle))
    return handles.map((part) => this.#view(part)) as SplitParts<L, F>
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
    if (classesText(meta) !== classesText(this.#meta)) {
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

/** Shapes of targets and classes as the user sees them: of the only output, or by name. */
function summary(outputs: readonly OutputMeta[]): { targets: unknown; classes: unknown } {
  const [first] = outputs
  if (first?.key === undefined) return { targets: first?.shape, classes: first?.classes }
  const byName = (part: 'shape' | 'classes'): unknown => {
    const having = outputs.filter((output) => output[part] !== undefined)
    return having.length === 0 ? undefined : Object.fromEntries(having.map((output) => [output.key, output[part]]))
  }
  return { targets: byName('shape'), classes: byName('classes') }
}

function describeMeta({ inputs, outputs, weighted }: DatasetColumns): string {
  const parts = inputs.map(({ name, shape, type }) => `${name} ${type}${showShape(shape)}`)
  for (const { key, shape } of outputs) {
    parts.push(shape === undefined ? shown('labels', key) : `${shown('targets', key)} ${showShape(shape)}`)
  }
  return [...parts, ...(weighted ? ['weights'] : [])].join(', ')
}

function classesText({ outputs }: DatasetColumns): string {
  return JSON.stringify(outputs.map(({ key, classes }) => [key ?? null, classes ?? null]))
}
