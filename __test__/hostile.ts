import { fc } from '@fast-check/ava'

const thrower = (): never => {
  throw new RangeError('hostile')
}

/** Values that try to break whoever touches them. */
export function hostileValues(): unknown[] {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  const cyclicObject: Record<string, unknown> = {}
  cyclicObject.inputs = cyclicObject
  const detached = new Float32Array(4)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const revoked = Proxy.revocable([], {})
  revoked.revoke()
  const sparse: unknown[] = []
  sparse[3] = 1
  return [
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    2 ** 53,
    1e308,
    0.5,
    1n,
    Symbol('hostile'),
    '',
    'constructor',
    '__proto__',
    'toString',
    true,
    thrower,
    async () => {},
    class {},
    [],
    [[]],
    [[1, 2], [3]],
    [1, 'a', null],
    sparse,
    cyclic,
    cyclicObject,
    {},
    { __proto__: null, loss: 'crossEntropy' },
    Object.defineProperty({}, 'inputs', { enumerable: true, get: thrower }),
    Object.defineProperty({}, 'loss', { enumerable: true, get: thrower }),
    { data: [1], shape: [1] },
    { data: new Float32Array(2), shape: [3] },
    { data: new Float32Array(2), shape: [2 ** 60, 2 ** 60] },
    { valueOf: thrower, toString: thrower, [Symbol.toPrimitive]: thrower },
    new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower, getPrototypeOf: thrower }),
    new Proxy([], { get: thrower }),
    revoked.proxy,
    new Map([['a', 1]]),
    new Date(Number.NaN),
    new Error('hostile'),
    Promise.resolve(1),
    new BigInt64Array(2),
    new Uint8ClampedArray(2),
    new DataView(new ArrayBuffer(8)),
    new ArrayBuffer(8),
    detached,
    new Float32Array([Number.NaN]),
    new Float64Array([1e300, 1]),
    new Float32Array(new SharedArrayBuffer(16)),
    new Int32Array([-1]),
    globalThis,
  ]
}

/** Hostile values, and whatever fast-check can think of; in functions, for fast-check itself trips over some of them. */
export const hostile: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.nat(10_000).map((n) => () => hostileValues()[n % hostileValues().length]),
  fc
    .anything({ withBigInt: true, withTypedArray: true, withSparseArray: true, maxDepth: 2 })
    .map((value) => () => value),
)
