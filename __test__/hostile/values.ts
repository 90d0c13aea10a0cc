import { dense, input, l2, sequential } from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import type { Random } from './random.ts'

/** A hostile value, always a new one, with the name that reports show. */
export type Hostile = readonly [name: string, make: (random: Random) => unknown]

/** What hostile code has thrown during the present call. */
export const thrown: unknown[] = []

const reasons: readonly (() => unknown)[] = [
  () => new Error('hostile'),
  () => new RangeError('hostile'),
  () => new TypeError('hostile'),
  () => 'hostile',
  () => undefined,
  () => null,
  () => Symbol('hostile'),
  () => Object.create(null),
  () => revoked({}),
  () => ({ code: 'ERR_OPTION', message: 'hostile' }),
  () => new Proxy(new Error('hostile'), { get: boom, getPrototypeOf: boom, has: boom }),
]
let turn = 0

/** Throws one thing after the other. */
export function boom(): never {
  const reason = reasons[turn++ % reasons.length]?.()
  thrown.push(reason)
  throw reason
}

/** Begins a call: what is thrown follows from its number. */
export function begin(index: number): void {
  turn = index
  thrown.length = 0
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function detached(): Float32Array {
  const array = new Float32Array(4)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

type Resizable = new (length: number, options: { maxByteLength: number }) => ArrayBuffer

/** On a buffer whose length changes. */
export function resizable(bytes: number): ArrayBuffer & { resize(bytes: number): void } {
  return new (ArrayBuffer as Resizable)(bytes, { maxByteLength: bytes * 2 }) as never
}

function shrunk(): Float32Array {
  const buffer = resizable(16)
  const array = new Float32Array(buffer, 8, 2)
  buffer.resize(4)
  return array
}

function cyclic(): unknown[] {
  const array: unknown[] = []
  array.push(array, array)
  return array
}

function loop(): object {
  const object: Record<string, unknown> = {}
  for (const name of ['inputs', 'targets', 'loss', 'data', 'shape', 'value', 'self']) object[name] = object
  return object
}

function sparse(): unknown[] {
  const array: unknown[] = []
  array[3] = 1
  return array
}

function deep(): unknown {
  let array: unknown = 1
  for (let depth = 0; depth < 10_000; depth++) array = [array]
  return array
}

const numbers = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0, 0, 1, 2, 0.5]
const large = [1e-320, 1e-40, 255, 65_537, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e39, 1e308, -1e308]
const texts = ['', 'x', 'constructor', '__proto__', 'toString', 'all', 'loss', 'a/b', 'a.b', '\0', '\ud800', '１']
const plain = [...numbers, ...large, ...texts, true, false].map(
  (value): Hostile => [typeof value === 'string' ? JSON.stringify(value) : String(value), () => value],
)

const typed = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const
const arrays = typed.flatMap((Kind): Hostile[] => [
  [`empty ${Kind.name}`, () => new Kind(0)],
  [`${Kind.name}`, (random) => Kind.from([1, 0, 2, 1].slice(0, 1 + random.below(4)))],
  [`shared ${Kind.name}`, () => new Kind(new SharedArrayBuffer(16) as never)],
  [`resizable ${Kind.name}`, () => new Kind(resizable(16))],
])

const exotic: readonly Hostile[] = [
  ['1n', () => 1n],
  ['a symbol', () => Symbol('hostile')],
  ['a long text', () => 'x'.repeat(100_000)],
  ['a function that throws', () => boom],
  ['a function', () => () => {}],
  ['an async function', () => async () => 1],
  ['a generator function', () => function* () {}],
  ['a class', () => class {}],
  ['a native function', () => Math.max],
  ['[]', () => []],
  ['[[]]', () => [[]]],
  ['[[[]]]', () => [[[]]]],
  ['ragged', () => [[1, 2], [3]]],
  ['mixed', () => [1, 'a', null]],
  ['a sparse array', sparse],
  ['only holes', () => new Array(3)],
  ['only holes, 2^32 - 1 of them', () => new Array(2 ** 32 - 1)],
  ['a cyclic array', cyclic],
  ['a deep array', deep],
  ['an array that says it has 2^53 - 1 elements', () => claims(2 ** 53 - 1)],
  ['an array of length -1', () => claims(-1)],
  ['an array of length NaN', () => claims(Number.NaN)],
  ['an array of a symbol length', () => claims(Symbol('length'))],
  ['an array of 1e6 numbers', () => new Array(1e6).fill(1)],
  ['{}', () => ({})],
  ['{} without prototype', () => Object.create(null)],
  ['a cyclic object', loop],
  ['own __proto__', () => JSON.parse('{"__proto__": 1, "constructor": [1]}')],
  ['a symbol key', () => ({ [Symbol('key')]: 1 })],
  ['getters that throw', () => throwing({})],
  ['toString that throws', () => ({ toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom, toJSON: boom })],
  ['a proxy that throws', () => new Proxy({}, handler)],
  ['an array proxy that throws', () => new Proxy([], handler)],
  ['a function proxy that throws', () => new Proxy(() => {}, { ...handler, apply: boom })],
  ['a revoked proxy', () => revoked({})],
  ['a revoked array proxy', () => revoked([])],
  ['a Map', () => new Map([['a', 1]])],
  ['a Set', () => new Set([1, 2])],
  ['a Date', () => new Date(0)],
  ['an invalid Date', () => new Date(Number.NaN)],
  ['a RegExp', () => /x/],
  ['an Error', () => new Error('hostile')],
  ['a boxed number', () => Object(1)],
  ['a boxed text', () => Object('adam')],
  ['a Promise', () => Promise.resolve(1)],
  ['then that throws', () => ({ then: boom })],
  ['then that is a getter that throws', () => Object.defineProperty({}, 'then', { get: boom, enumerable: true })],
  ['an iterable that throws', () => ({ [Symbol.iterator]: boom, [Symbol.asyncIterator]: boom, length: 2 })],
  ['an AbortSignal that is aborted', () => AbortSignal.abort('hostile')],
  ['an AbortSignal of nobody', () => Object.create(AbortSignal.prototype)],
  ['a BigInt64Array', () => new BigInt64Array(2)],
  ['a DataView', () => new DataView(new ArrayBuffer(8))],
  ['an ArrayBuffer', () => new ArrayBuffer(8)],
  ['a Buffer', () => Buffer.from([1, 2])],
  ['a detached array', detached],
  ['an array out of bounds', shrunk],
  ['NaN in a Float32Array', () => new Float32Array([Number.NaN, 1])],
  ['1e300 in a Float64Array', () => new Float64Array([1e300, 1])],
  ['-1 in an Int32Array', () => new Int32Array([-1])],
  ['4294967295 in a Uint32Array', () => new Uint32Array([2 ** 32 - 1])],
  ['a typed array with getters', () => throwing(new Float32Array(2), ['length', 'buffer', 'constructor', 'subarray'])],
  ['a tensor', () => ({ data: new Float32Array(2), shape: [2] })],
  ['a tensor of another shape', () => ({ data: new Float32Array(2), shape: [3] })],
  ['a tensor of a huge shape', () => ({ data: new Float32Array(2), shape: [2 ** 60, 2 ** 60] })],
  ['a tensor without numbers', () => ({ data: new Float32Array(0), shape: [0, 2 ** 31] })],
  ['a tensor of nine axes', () => ({ data: new Float32Array(1), shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] })],
  ['something tagged as an expression', () => ({ kind: 'expression', shape: [2], type: 'f32' })],
  ['something tagged as a network', () => ({ ...sequential([input({ shape: [2] }), dense(1)]) })],
  ['something tagged as a layer', () => Object.assign(() => 1, { config: { kind: 'dense', units: 2 } })],
  ['a schedule', () => () => 0.1],
  ['a schedule of NaN', () => () => Number.NaN],
  ['a regularizer', () => l2(0.1)],
  ['a copy of a regularizer', () => ({ ...l2(0.1) })],
  ['a layer', () => dense(2)],
  ['a network', () => sequential([input({ shape: [2] }), dense(1)])],
  ['an expression', () => ops.add([1, 2], 3)],
  ['globalThis', () => globalThis],
  ['the global process', () => process],
  ['frozen', () => Object.freeze([Object.freeze([1, 2])])],
]

const traps = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'set', 'isExtensible'] as const
const handler: ProxyHandler<never> = Object.fromEntries(traps.map((trap) => [trap, boom]))

function throwing<T extends object>(value: T, names = ['inputs', 'loss', 'shape', 'data', 'kind', 'axis', 'x']): T {
  for (const name of names) {
    Object.defineProperty(value, name, { enumerable: true, configurable: true, get: boom })
  }
  return value
}

function claims(length: unknown): unknown {
  return new Proxy([1], { get: (array, key) => (key === 'length' ? length : Reflect.get(array, key)) })
}

export const hostileValues: readonly Hostile[] = [...plain, ...arrays, ...exotic]
