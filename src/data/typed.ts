/** Typed arrays that tensors are made of. */
export type TensorData = Float32Array | Float64Array | Uint8Array | Int32Array | Uint32Array

/** Typed arrays of whole numbers, for labels and indices. */
export type IntegerArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array

type Getter = (this: unknown) => unknown

const prototype = Object.getPrototypeOf(Uint8Array.prototype) as object
const getter = (name: PropertyKey): Getter => Object.getOwnPropertyDescriptor(prototype, name)?.get as Getter
const tag = getter(Symbol.toStringTag)
const lengthOf = getter('length')
const bufferOf = getter('buffer')

/**
 * Name of the typed array that a value really is, `undefined` for anything else: own properties, subclasses and proxies
 * cannot lie about it.
 */
export function arrayKind(value: unknown): string | undefined {
  return tag.call(value) as string | undefined
}

const kinds = ['Float32Array', 'Float64Array', 'Uint8Array', 'Int32Array', 'Uint32Array']
const integerKinds = ['Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array']

/** True for typed arrays that a tensor can have. */
export function isTensorData(value: unknown): value is TensorData {
  return kinds.includes(arrayKind(value) ?? '')
}

/** True for typed arrays of whole numbers. */
export function isIntegerArray(value: unknown): value is IntegerArray {
  return integerKinds.includes(arrayKind(value) ?? '')
}

/** Elements of a typed array; 0 when its buffer was detached. */
export function arrayLength(value: TensorData | IntegerArray): number {
  return lengthOf.call(value) as number
}

/** True when no other thread can change the numbers. */
export function inOwnMemory(value: TensorData): boolean {
  return !(bufferOf.call(value) instanceof SharedArrayBuffer)
}

/** The array itself, or a copy when its memory is shared: another thread could change it while it is checked. */
export function unshared<T extends TensorData>(value: T): T {
  if (inOwnMemory(value)) return value
  const copy = { Float32Array, Float64Array, Uint8Array, Int32Array, Uint32Array }[arrayKind(value) as 'Float32Array']
  return new copy(value) as T
}
