import { DownslopeError } from '../errors.ts'
import type { NativeColumn, NativePiece } from '../native/index.ts'
import { refuse, show, showShape } from '../options.ts'
import type { ColumnType, Role } from './columns.ts'
import { type Label, readClasses, sorted } from './labels.ts'
import { isTensor, readTensor } from './tensor.ts'
import { arrayKind, arrayLength, isIntegerArray, isTensorData, type TensorData, unshared } from './typed.ts'

/** Appends values to a column in native memory. */
export type Append = (piece: NativePiece) => void

/** Rows of a block, on their way. */
export interface BlockRows {
  readonly count: number
  /** Copies rows `from` to `to` of the block; `at` is the number that row `from` has in the data set. */
  write(from: number, to: number, at: number): void
}

/** A column that grows. */
export interface Growing {
  /** Without values yet. */
  readonly native: NativeColumn
  /** Values in a row. */
  readonly width: number
  /** Shape of one row. */
  readonly shape: readonly number[]
  /** What it holds. */
  readonly type: ColumnType
  /** Appends one row. */
  row(value: unknown, at: number): void
  /** Looks at several rows. */
  block(value: unknown, at: number): BlockRows
  /** Hands over what waits. */
  flush(): void
  /** For labels: the classes in order, and the final id of each provisional one. */
  classes(): { readonly classes: readonly Label[]; readonly ids: Uint32Array } | undefined
}

/** Values that wait on the way, at most, unless one row has more: calls into native code are not free. */
const STAGED = 32_768
/** Typed arrays of so many values are not copied twice. */
const DIRECT = 4096

const types: Readonly<Record<string, ColumnType>> = {
  Float32Array: 'f32',
  Float64Array: 'f32',
  Uint8Array: 'u8',
  Int32Array: 'u32',
  Uint32Array: 'u32',
}
const texts: Readonly<Record<ColumnType, string>> = { f32: 'numbers', u8: 'bytes (Uint8Array)', u32: 'ids' }

const placed = (where: string, at: number): string => `${where}: row ${at}`

/** A piece of what a typed array holds. */
function piece(data: TensorData): NativePiece {
  switch (arrayKind(data)) {
    case 'Float32Array':
      return { f32: data as Float32Array }
    case 'Float64Array':
      return { f64: data as Float64Array }
    case 'Uint8Array':
      return { u8: data as Uint8Array }
    case 'Int32Array':
      return { i32: data as Int32Array }
    default:
      return { u32: data as Uint32Array }
  }
}

/** Shape of the first row, and the type of its values. */
function form(where: string, name: string, value: unknown, block: boolean): { shape: number[]; type: ColumnType } {
  const known = isTensor(value) ? value.data : value
  const type = isTensorData(known) ? (types[arrayKind(known) as string] as ColumnType) : 'f32'
  let shape: readonly number[]
  if (!block) shape = readTensor(`${where}: ${name}`, value).shape
  else if (Array.isArray(value)) shape = form(where, name, value[0], false).shape
  else shape = readTensor(`${where}: ${name}`, value).shape.slice(1)
  if (shape.includes(0)) {
    throw new DownslopeError('ERR_SHAPE', `${where}: ${name} must have sizes ≥ 1, received ${showShape(shape)}`)
  }
  return { shape: shape.length === 0 ? [1] : [...shape], type }
}

/** A column of numbers, bytes or ids, with the shape and type of the first value. */
export function growNumbers(
  where: string,
  column: string,
  name: string,
  role: Role,
  first: unknown,
  block: boolean,
  append: Append,
): Growing {
  const { shape, type: given } = form(placed(where, 0), name, first, block)
  if (role === 'weight' && !(shape.length === 1 && shape[0] === 1)) {
    const text = 'weights must have one number per row'
    throw new DownslopeError('ERR_SHAPE', `${placed(where, 0)}: ${text}, received ${showShape(shape)}`)
  }
  const type = role === 'input' ? given : 'f32'
  const width = shape.reduce((a, b) => a * b, 1)
  const capacity = width * Math.max(1, Math.floor(STAGED / width))
  const staged = { f32: Float32Array, u8: Uint8Array, u32: Uint32Array }[type]
  let waiting = new staged(0)
  let filled = 0
  const empty = new staged(0)

  const flush = (): void => {
    if (filled > 0) append(piece(waiting.subarray(0, filled)))
    filled = 0
  }
  const room = (count: number): void => {
    if (waiting.length === 0) waiting = new staged(capacity)
    if (filled + count > capacity) flush()
  }
  const misfit = (at: number, received: string): never => {
    const text = `${placed(where, at)}: ${name} must have shape ${showShape(shape)} like the first row`
    throw new DownslopeError('ERR_SHAPE', `${text}, received ${received}`)
  }
  const wrongType = (at: number, received: string): never => {
    const text = `${placed(where, at)}: ${name} must be ${texts[type]} like the first row`
    throw new DownslopeError('ERR_DATA', `${text}, received ${received}`)
  }
  const typed = (data: TensorData, at: number): void => {
    const kind = arrayKind(data) as string
    if (type !== types[kind] && role === 'input') wrongType(at, kind)
    const count = arrayLength(data)
    if (count < DIRECT && count <= capacity && (kind !== 'Int32Array' || type === 'f32')) {
      room(count)
      waiting.set(data as never, filled)
      filled += count
      return
    }
    flush()
    append(piece(type !== types[kind] ? new Float32Array(data) : unshared(data)))
  }
  const fill = (part: unknown, depth: number, at: number): void => {
    if (depth === shape.length) {
      if (typeof part !== 'number') refuse(placed(where, at), `${name} must be numbers`, part, 'ERR_DATA')
      waiting[filled++] = part
      return
    }
    const size = shape[depth] as number
    if (!Array.isArray(part)) {
      if (typeof part === 'number') misfit(at, 'a number')
      refuse(placed(where, at), `${name} must be arrays of numbers or typed arrays`, part, 'ERR_DATA')
    }
    if (part.length !== size) misfit(at, `an array of ${part.length}`)
    for (let index = 0; index < size; index++) fill(part[index], depth + 1, at)
  }
  const row = (value: unknown, at: number): void => {
    const data = isTensor(value) ? readTensor(placed(where, at), value) : undefined
    if (data !== undefined || isTensorData(value)) {
      const sizes = data === undefined ? [arrayLength(value as TensorData)] : data.shape
      if (showShape(sizes.length === 0 ? [1] : sizes) !== showShape(shape)) misfit(at, showShape(sizes))
      typed(data === undefined ? (value as TensorData) : data.data, at)
      return
    }
    if (type !== 'f32') wrongType(at, show(value))
    room(width)
    const before = filled
    try {
      fill(value, typeof value === 'number' && width === 1 ? shape.length : 0, at)
    } catch (error) {
      filled = before
      throw error
    }
  }
  const blockOf = (value: unknown, at: number): BlockRows => {
    if (Array.isArray(value)) {
      return {
        count: value.length,
        write(from, to, first) {
          for (let index = from; index < to; index++) row(value[index], first + index - from)
        },
      }
    }
    const { data, shape: sizes } = readTensor(placed(where, at), value)
    if (sizes.length === 0) misfit(at, 'a number')
    const rest = sizes.length === 1 ? [1] : sizes.slice(1)
    if (showShape(rest) !== showShape(shape)) misfit(at, showShape(rest))
    return {
      count: sizes[0] as number,
      write: (from, to, first) => typed(data.subarray(from * width, to * width) as TensorData, first),
    }
  }
  const native = { name: column, role, shape: role === 'weight' ? [] : [...shape], classes: 0, ...piece(empty) }
  return { native, width, shape, type, row, block: blockOf, flush, classes: () => undefined }
}

/** Provisional ids are below this number. */
const ANY_CLASS = 2 ** 32 - 1

/** A column of labels; `known` are the classes where they were given. */
export function growLabels(
  where: string,
  column: string,
  name: string,
  known: unknown,
  classesName: string,
  append: Append,
): Growing {
  const given = known === undefined ? undefined : readClasses(where, classesName, known)
  const ids = new Map<Label, number>(given?.map((label, id) => [label, id]))
  let kind = given?.length ? typeof given[0] : undefined
  let waiting = new Uint32Array(0)
  let filled = 0

  const flush = (): void => {
    if (filled > 0) append({ u32: waiting.subarray(0, filled) })
    filled = 0
  }
  const row = (value: unknown, at: number): void => {
    const good = typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))
    if (!good) refuse(placed(where, at), `${name} must be a whole number or a text`, value, 'ERR_DATA')
    kind ??= typeof value
    let id = ids.get(value)
    if (id === undefined) {
      if (typeof value !== kind)
        refuse(placed(where, at), `${name} must be a ${kind} like the first`, value, 'ERR_DATA')
      if (given !== undefined) refuse(placed(where, at), `${name} must be one of the classes`, value, 'ERR_DATA')
      id = ids.size
      ids.set(value === 0 ? 0 : value, id)
    }
    if (waiting.length === 0) waiting = new Uint32Array(STAGED)
    if (filled === STAGED) flush()
    waiting[filled++] = id
  }
  const block = (value: unknown, at: number): BlockRows => {
    if (!Array.isArray(value) && !isIntegerArray(value)) {
      const text = `${name} must be an array of whole numbers or of texts, or a typed array of whole numbers`
      throw new DownslopeError('ERR_DATA', `${placed(where, at)}: ${text}, received ${arrayKind(value) ?? show(value)}`)
    }
    return {
      count: value.length,
      write(from, to, first) {
        for (let index = from; index < to; index++) row(value[index], first + index - from)
      },
    }
  }
  const classes = (): { classes: readonly Label[]; ids: Uint32Array } => {
    const order = given ?? sorted(ids.keys())
    const final = new Uint32Array(ids.size)
    order.forEach((label, id) => {
      final[ids.get(label) as number] = id
    })
    return { classes: Object.freeze(order), ids: final }
  }
  const native: NativeColumn = { name: column, role: 'label', shape: [], classes: ANY_CLASS, u32: new Uint32Array(0) }
  return { native, width: 1, shape: [], type: 'u32', row, block, flush, classes }
}
