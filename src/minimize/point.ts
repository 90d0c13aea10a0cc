import { isTensor, type Tensor, type TensorLike } from '../data/tensor.ts'
import { arrayKind } from '../data/typed.ts'
import { DownslopeError } from '../errors.ts'
import type { NativeTensor } from '../native/index.ts'
import { type Expression, readNumbers } from '../ops/expression.ts'
import { guarded, refuse } from '../options.ts'

/** A record of numbers, nested arrays, typed arrays or tensors by name. */
export type Point<P> = { readonly [K in keyof P]: TensorLike }

/** The same names as expressions. */
export type Handles<P> = { readonly [K in keyof P]: Expression }

/** Numbers for numbers, tensors for everything else. */
export type ValueOf<V> = V extends number ? number : Tensor<Float32Array>

/** The same names as values: numbers in, numbers out; tensors (or arrays) in, tensors out. */
export type ValuesOf<P> = { readonly [K in keyof P]: ValueOf<P[K]> }

/** One entry of a point. */
export interface Entry {
  readonly name: string
  /** Name in the graph. */
  readonly id: string
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** It came as a plain number and goes as one. */
  readonly plain: boolean
}

/** Reads a record of values; each must be finite. */
export function readPoint(where: string, name: string, value: unknown): readonly Entry[] {
  return guarded(where, 'ERR_DATA', () => {
    const record = typeof value === 'object' && value !== null && !Array.isArray(value) && !isTensor(value)
    if (!record || arrayKind(value) !== undefined) {
      return refuse(where, `${name} must be an object of numbers, arrays or tensors by name`, value, 'ERR_DATA')
    }
    const keys = Reflect.ownKeys(value)
    if (keys.length === 0) refuse(where, `${name} must have at least one entry`, value, 'ERR_DATA')
    return keys.map((key) => {
      if (typeof key !== 'string' || key === '') return refuse(where, `names of ${name} must be texts`, key, 'ERR_DATA')
      const given = (value as Readonly<Record<string, unknown>>)[key]
      const { values, shape } = readNumbers(`${where}: ${name}.${key}`, given)
      return { name: key, id: `${name}/${key}`, shape, values, plain: typeof given === 'number' }
    })
  })
}

/** Numbers in all entries. */
export const lengthOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { values }) => sum + values.length, 0)

/** All numbers of a point, in order. */
export function flatten(entries: readonly Entry[]): Float32Array {
  const flat = new Float32Array(lengthOf(entries))
  let next = 0
  for (const { values } of entries) {
    flat.set(values, next)
    next += values.length
  }
  return flat
}

/** A point from all its numbers. */
export function unflatten<P>(entries: readonly Entry[], flat: Float32Array): ValuesOf<P> {
  let next = 0
  const values = entries.map(({ name, shape, values: { length }, plain }) => {
    const data = flat.slice(next, next + length)
    next += length
    return [name, plain ? data[0] : Object.freeze({ data, shape })]
  })
  return Object.freeze(Object.fromEntries(values)) as ValuesOf<P>
}

/** A point as the engine takes it. */
export function toNative(entries: readonly Entry[], flat: Float32Array): NativeTensor[] {
  let next = 0
  return entries.map(({ id, shape, values: { length } }) => {
    next += length
    return { name: id, shape: [...shape], values: flat.slice(next - length, next) }
  })
}

/** Numbers of a native tensor as the user gets them. */
export function fromNative(tensor: NativeTensor | undefined, plain: boolean): number | Tensor<Float32Array> {
  if (tensor === undefined) throw new DownslopeError('ERR_INTERNAL', 'ops: a value is missing')
  const { shape, values } = tensor
  return plain ? (values[0] ?? Number.NaN) : Object.freeze({ data: values, shape: Object.freeze(shape) })
}
