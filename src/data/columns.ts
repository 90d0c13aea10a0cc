import { DownslopeError } from '../errors.ts'
import type { NativeColumn } from '../native/index.ts'
import { refuse, showShape } from '../options.ts'
import { isTensor, readTensor, type Tensor, type TensorLike } from './tensor.ts'
import { arrayKind, arrayLength, type TensorData, unshared } from './typed.ts'

/** What a column holds in native memory. */
export type ColumnType = 'f32' | 'u8' | 'u32'

/** A tensor on its way into native memory, with what TypeScript remembers of it. */
export interface Column {
  readonly name: string
  readonly rows: number
  /** Shape of one row. */
  readonly shape: readonly number[]
  readonly type: ColumnType
  readonly native: NativeColumn
}

/** What a column of numbers is for. */
export type Role = 'input' | 'target' | 'weight'

/** Inputs: of the only input, or of several by name. */
export type Inputs = TensorLike | Readonly<Record<string, TensorLike>>

const fields = {
  Float32Array: ['f32', 'f32'],
  Float64Array: ['f64', 'f32'],
  Uint8Array: ['u8', 'u8'],
  Int32Array: ['i32', 'u32'],
  Uint32Array: ['u32', 'u32'],
} as const

/** Makes a column of a tensor. One number per row is a row of shape `[1]`; `shown` is how messages call it. */
export function column(where: string, name: string, role: Role, tensor: Tensor, shown: string = name): Column {
  const [rows, ...rest] = tensor.shape
  if (rows === undefined) {
    throw new DownslopeError('ERR_SHAPE', `${where}: ${shown} must have rows, shape [rows, …], received one number`)
  }
  if (rows === 0) throw new DownslopeError('ERR_DATA', `${where}: ${shown} must have at least one row, received none`)
  const shape = rest.length === 0 ? [1] : rest
  if (shape.includes(0)) {
    throw new DownslopeError('ERR_SHAPE', `${where}: ${shown} must have sizes ≥ 1, received ${showShape(tensor.shape)}`)
  }
  // targets and weights are numbers, whatever type they come in; ids and bytes are a matter of inputs
  const whole = role !== 'input' && !(arrayKind(tensor.data) ?? '').startsWith('Float')
  const data: TensorData = whole ? new Float32Array(tensor.data) : unshared(tensor.data)
  const [field, type] = fields[arrayKind(data) as keyof typeof fields]
  return { name, rows, shape, type, native: { name, role, shape: [...shape], classes: 0, [field]: data } }
}

/** A column of class ids. */
export function labelColumn(name: string, ids: Uint32Array, classes: number): NativeColumn {
  return { name, role: 'label', shape: [], classes, u32: ids }
}

/** True for what may be a record by name: an object that is no array and no tensor. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return arrayKind(value) === undefined && !isTensor(value)
}

/** The entries of a record by name, in order. */
export function readRecord(where: string, name: string, value: Readonly<Record<string, unknown>>): [string, unknown][] {
  const entries = Reflect.ownKeys(value).map((key): [string, unknown] => {
    if (typeof key !== 'string' || key === '') refuse(where, `names in ${name} must be texts that are not empty`, key)
    return [key, value[key]]
  })
  if (entries.length === 0) refuse(where, `${name} must be given for at least one name`, value, 'ERR_DATA')
  return entries
}

/** Complains about names of inputs that columns of targets have. */
export function checkInputName(where: string, name: string): void {
  if (name !== 'target' && !name.startsWith('target/') && name !== WEIGHTS) return
  refuse(where, `names of inputs must be texts other than "target", "target/…" and "${WEIGHTS}"`, name)
}

/** Name of the column of weights. */
export const WEIGHTS = 'row weights'

/** Reads one tensor, or a record of tensors by name. */
export function readInputs(where: string, value: unknown, only: string): Column[] {
  if (!isRecord(value)) return [column(where, only, 'input', readTensor(`${where}: inputs`, value))]
  return readRecord(where, 'inputs', value).map(([name, entry]) => {
    checkInputName(where, name)
    return column(where, name, 'input', readTensor(`${where}: inputs.${name}`, entry))
  })
}

/** The number of rows that all columns have. */
export function commonRows(where: string, columns: readonly Pick<Column, 'name' | 'rows'>[]): number {
  const [first, ...others] = columns
  for (const other of others) {
    if (other.rows !== first?.rows) {
      const text = `${where}: ${other.name} must have as many rows as ${first?.name} (${first?.rows})`
      throw new DownslopeError('ERR_SHAPE', `${text}, received ${other.rows}`)
    }
  }
  return first?.rows ?? 0
}

/** Rows `begin` to `end` of a tensor's data, without a copy. */
export function rowsOf(tensor: Tensor, begin: number, end: number): Tensor {
  const [rows = 0, ...rest] = tensor.shape
  const width = rows === 0 ? 0 : arrayLength(tensor.data) / rows
  const data = tensor.data.subarray(begin * width, end * width) as TensorData
  return { data, shape: [end - begin, ...rest] }
}
