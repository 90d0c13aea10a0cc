import { readOptions, refuse } from '../options.ts'
import { checkInputName, type Inputs, isRecord, readRecord, WEIGHTS } from './columns.ts'
import type { LabelOf, LabelValues } from './forms.ts'
import type { Label } from './labels.ts'
import { listOutputs, shown } from './outputs.ts'
import { isTensor, type TensorLike } from './tensor.ts'
import { arrayKind, arrayLength, type IntegerArray, isTensorData } from './typed.ts'

/**
 * A row or a block of rows. It is one row when a label, a target or the weight is a single number or text; otherwise the
 * first axis of everything is rows. A row with several targets and no label or weight is written as a block of one row.
 */
export interface RowItem {
  /** Of one row, or rows first; a record by the names of the network's inputs where there are several. */
  readonly inputs: Inputs
  /** ≥ 0: of the row, or one for each row. */
  readonly weights?: TensorLike
}

/** A row, or a block of rows, with numbers to predict. */
export interface TargetItem extends RowItem {
  /** Of one row, or rows first; a record by the names of the outputs where there are several. */
  readonly targets: TensorLike | Readonly<Record<string, TensorLike>>
}

/** A row, or a block of rows, with classes to predict. */
export interface LabelItem<L extends Label> extends RowItem {
  /** The class of the row, or one for each row. */
  readonly labels: L | readonly L[] | (L extends number ? IntegerArray : never)
}

/** A row, or a block of rows, with classes and maybe numbers to predict by several outputs. */
export interface OutputItem<V extends Readonly<Record<string, Label | LabelValues>>> extends RowItem {
  /** The class of the row, or one for each row, for each of these outputs. */
  readonly labels: V
  /** For each of the other outputs. */
  readonly targets?: Readonly<Record<string, TensorLike>>
}

/** Where rows come from: items, or arrays of items, at once or over time. */
export type RowSource<T> = AsyncIterable<T | readonly T[]> | Iterable<T | readonly T[]>

/** Options of {@link datasetFrom}. */
export interface DatasetFromOptions<C = readonly Label[]> {
  /** The classes in order (a record of them for several outputs); default: those that occur, sorted. */
  readonly classes?: C
  /** Aborting rejects with `signal.reason` and ends the source. */
  readonly signal?: AbortSignal
}

/** The type of labels that come one by one or in lists, by name. */
export type ItemLabels<V> = { readonly [K in keyof V]: V[K] extends Label ? LabelOf<readonly V[K][]> : LabelOf<V[K]> }

/** One value of an item: of a row, or of a block of them. */
export interface Value {
  readonly role: 'input' | 'target' | 'label' | 'weight'
  /** Name of the column in native memory. */
  readonly column: string
  readonly key: string | undefined
  readonly value: unknown
}

/** What an item holds, by how messages call it, in an order of our own. */
export function readItem(where: string, item: unknown, classes: unknown): Map<string, Value> {
  if (typeof item !== 'object' || item === null) return refuse(where, 'a row must be an object', item, 'ERR_DATA')
  const read = readOptions(where, item, ['inputs', 'targets', 'labels', 'weights'])
  const values = new Map<string, Value>()
  if (isRecord(read.inputs)) {
    for (const [name, value] of readRecord(where, 'inputs', read.inputs)) {
      checkInputName(where, name)
      values.set(`inputs.${name}`, { role: 'input', column: name, key: name, value })
    }
  } else values.set('inputs', { role: 'input', column: 'input', key: undefined, value: read.inputs })
  // classes of outputs that have none are found out here, by the first row
  const outputs = listOutputs(where, { targets: read.targets, labels: read.labels, classes })
  for (const { key, column, kind, value } of outputs) {
    values.set(shown(kind, key), { role: kind === 'labels' ? 'label' : 'target', column, key, value })
  }
  if (read.weights !== undefined) {
    values.set('weights', { role: 'weight', column: WEIGHTS, key: undefined, value: read.weights })
  }
  return values
}

/** The classes that were given for an output. */
export function classesOf(classes: unknown, key: string | undefined): unknown {
  return key === undefined ? classes : (classes as Readonly<Record<string, unknown>> | undefined)?.[key]
}

/** True for what stands for one row. */
export const isSingle = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

/** How many rows a block has. */
export function lengthOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  if (isTensorData(value)) return arrayLength(value)
  if (arrayKind(value) !== undefined) return (value as Uint8Array).length
  return isTensor(value) ? value.shape[0] : undefined
}
