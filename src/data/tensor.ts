import { DownslopeError } from '../errors.ts'
import { guarded, refuse, show, showShape } from '../options.ts'
import { arrayKind, arrayLength, isTensorData, type TensorData } from './typed.ts'

/** Numbers with a shape, row-major: a plain object, nothing is copied or hidden. */
export interface Tensor<D extends TensorData = TensorData> {
  /** The numbers. */
  readonly data: D
  /** Sizes; their product is the length of `data`. `[]` is one number. */
  readonly shape: readonly number[]
}

/** Arrays of arrays of … numbers, all of one length at each depth. */
export type Nested = readonly number[] | readonly Nested[]

/** Whatever can be read as a tensor. */
export type TensorLike = Tensor | TensorData | Nested | number

const DEEPEST = 8

/**
 * A tensor from a typed array (kept, not copied), from nested arrays or from a number (both as `Float32Array`).
 *
 * @param data the numbers; typed arrays may be Float32, Float64, Uint8, Int32 or Uint32
 * @param shape sizes; default: the lengths of the nested arrays, or the length of the typed array
 * @throws DownslopeError `ERR_DATA` when something is not a number; `ERR_SHAPE` when arrays are ragged or the sizes do not
 * fit the data
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]])                        // shape [2, 2]
 * tensor(new Uint8Array(784 * 100), [100, 784])
 * ```
 */
export function tensor<D extends TensorData>(data: D | Tensor<D>, shape?: readonly number[]): Tensor<D>
export function tensor(data: Nested | number, shape?: readonly number[]): Tensor<Float32Array>
export function tensor(data: TensorLike, shape?: readonly number[]): Tensor {
  return guarded('tensor', 'ERR_DATA', () => {
    const made = readTensor('tensor', data)
    if (shape === undefined) return made
    return Object.freeze({ data: made.data, shape: readSizes('tensor', shape, arrayLength(made.data)) })
  })
}

/** Reads anything tensor-like; the caller guards against values that throw. */
export function readTensor(where: string, value: unknown): Tensor {
  if (isTensorData(value)) return Object.freeze({ data: value, shape: Object.freeze([arrayLength(value)]) })
  if (typeof value === 'number' || Array.isArray(value)) return fromNested(where, value)
  if (isTensor(value)) {
    const { data, shape } = value
    if (!isTensorData(data)) return refuseArray(where, data)
    return Object.freeze({ data, shape: readSizes(where, shape, arrayLength(data)) })
  }
  return refuseArray(where, value)
}

/** True for `{ data: typed array, shape: [...] }`. */
export function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { data, shape } = value as Partial<Tensor>
  return arrayKind(data) !== undefined && Array.isArray(shape)
}

function refuseArray(where: string, value: unknown): never {
  const received = arrayKind(value) ?? show(value)
  const text =
    'must be a Float32Array, Float64Array, Uint8Array, Int32Array or Uint32Array, nested arrays of numbers or a tensor'
  throw new DownslopeError('ERR_DATA', `${where}: data ${text}, received ${received}`)
}

function readSizes(where: string, shape: unknown, length: number): readonly number[] {
  if (!Array.isArray(shape) || shape.length > DEEPEST) {
    return refuse(where, `shape must be an array of at most ${DEEPEST} sizes`, shape, 'ERR_SHAPE')
  }
  const sizes: number[] = []
  for (let axis = 0; axis < shape.length; axis++) {
    const size: unknown = shape[axis]
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      return refuse(where, 'sizes must be integers ≥ 0', size, 'ERR_SHAPE')
    }
    sizes.push(size)
  }
  if (sizes.reduce((a, b) => a * b, 1) !== length) {
    throw new DownslopeError(
      'ERR_SHAPE',
      `${where}: shape ${showShape(sizes)} must have ${length} elements, like the data`,
    )
  }
  return Object.freeze(sizes)
}

function fromNested(where: string, value: unknown): Tensor<Float32Array> {
  const shape: number[] = []
  for (let part = value; Array.isArray(part); part = part[0]) {
    if (shape.length === DEEPEST) {
      throw new DownslopeError(
        'ERR_SHAPE',
        `${where}: arrays must be nested at most ${DEEPEST} deep, received deeper ones`,
      )
    }
    // a proxy can say anything
    if (!Number.isSafeInteger(part.length) || part.length < 0) {
      refuse(where, 'the length of an array must be an integer ≥ 0', part.length, 'ERR_SHAPE')
    }
    shape.push(part.length)
    if (part.length === 0) break
  }
  const elements = shape.reduce((a, b) => a * b, 1)
  if (elements > 2 ** 32) {
    throw new DownslopeError(
      'ERR_SHAPE',
      `${where}: nested arrays must have at most 2^32 elements, received ${elements}`,
    )
  }
  const data = new Float32Array(elements)
  const path: number[] = []
  let next = 0
  const at = (): string => path.map((index) => `[${index}]`).join('')
  const fill = (part: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof part !== 'number') {
        if (Array.isArray(part))
          throw new DownslopeError('ERR_SHAPE', `${where}: a number expected at ${at()}, received an array`)
        refuse(where, `a number expected at ${at()}`, part, 'ERR_DATA')
      }
      data[next++] = part
      return
    }
    const size = shape[depth]
    if (!Array.isArray(part) || part.length !== size) {
      const received = Array.isArray(part) ? `one of ${part.length}` : show(part)
      throw new DownslopeError('ERR_SHAPE', `${where}: an array of ${size} expected at ${at()}, received ${received}`)
    }
    const last = depth + 1 === shape.length
    for (let index = 0; index < size; index++) {
      const element: unknown = part[index]
      if (last && typeof element === 'number') {
        data[next++] = element
        continue
      }
      path[depth] = index
      path.length = depth + 1
      fill(element, depth + 1)
    }
  }
  fill(value, 0)
  return Object.freeze({ data, shape: Object.freeze(shape) })
}
