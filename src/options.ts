import { types } from 'node:util'
import { DownslopeError, type ErrorCode } from './errors.ts'

/** What a number must satisfy, and how to say so. */
export interface Range {
  readonly text: string
  readonly holds: (value: number) => boolean
}

/** Ranges that options have. */
export const ranges: Readonly<
  Record<'finite' | 'notNegative' | 'positive' | 'belowOne' | 'unit' | 'openUnit' | 'share', Range>
> = {
  finite: { text: 'a finite number', holds: () => true },
  notNegative: { text: '≥ 0', holds: (value) => value >= 0 },
  positive: { text: '> 0', holds: (value) => value > 0 },
  belowOne: { text: 'in [0, 1)', holds: (value) => value >= 0 && value < 1 },
  unit: { text: 'in [0, 1]', holds: (value) => value >= 0 && value <= 1 },
  openUnit: { text: 'in (0, 1)', holds: (value) => value > 0 && value < 1 },
  share: { text: 'in (0, 1]', holds: (value) => value > 0 && value <= 1 },
}

/** A value as messages show it; never runs code of the value. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
    case 'bigint':
      return 'a BigInt'
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function'
    case 'object': {
      if (value === null) return 'null'
      if (types.isPromise(value)) return 'a promise'
      try {
        return Array.isArray(value) ? 'an array' : ArrayBuffer.isView(value) ? 'a typed array' : 'an object'
      } catch {
        return 'an object' // a revoked proxy
      }
    }
    default:
      return String(value)
  }
}

/** A shape as messages show it. */
export const showShape = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`

/** The one way to complain about an option. */
export function refuse(where: string, what: string, received: unknown, code: ErrorCode = 'ERR_OPTION'): never {
  abandon(received)
  throw new DownslopeError(code, `${where}: ${what}, received ${show(received)}`)
}

/** What a promise that came in the place of a value rejects with is nobody's any more, and must not end the process. */
export function abandon(value: unknown): void {
  if (!types.isPromise(value)) return
  try {
    Promise.prototype.then.call(value, undefined, () => {})
  } catch {
    // its constructor is a getter that throws
  }
}

/** Runs code that touches values of the caller; what a getter, proxy or callback throws becomes a coded error. */
export function guarded<T>(where: string, code: ErrorCode, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw coded(where, code, cause)
  }
}

/** Our own errors as they are, everything else as the cause of one. */
export function coded(where: string, code: ErrorCode, cause: unknown): DownslopeError {
  if (DownslopeError.is(cause)) return cause
  return new DownslopeError(code, `${where}: a value of the caller could not be used, it threw ${said(cause)}`, {
    cause,
  })
}

function said(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : show(cause)
  } catch {
    return 'an object'
  }
}

/** Values of an options object, each read once. */
export type Options<K extends string> = Readonly<Record<K, unknown>>

/** Reads an options object once; unknown names are errors, so that a misspelt option is never silently ignored. */
export function readOptions<const K extends string>(where: string, value: unknown, names: readonly K[]): Options<K> {
  return guarded(where, 'ERR_OPTION', () => {
    const result = Object.create(null) as Record<K, unknown>
    for (const name of names) result[name] = undefined
    if (value === undefined) return result
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      refuse(where, 'options must be an object', value)
    }
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key !== 'string' || !(names as readonly string[]).includes(key)) {
        const known = names.length > 0 ? `one of ${names.join(', ')}` : 'left out'
        refuse(where, `options must be ${known}`, key)
      }
      result[key as K] = (value as Record<string, unknown>)[key]
    }
    return result
  })
}

/** A finite number in a range. */
export function readNumber(where: string, name: string, value: unknown, range: Range, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value !== 'number' || !Number.isFinite(value) || !range.holds(value)) {
    refuse(where, `${name} must be ${range.text}`, value)
  }
  return value
}

/** A safe integer of at least `least`. */
export function readInteger(where: string, name: string, value: unknown, least: number, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    refuse(where, `${name} must be an integer ≥ ${least}`, value)
  }
  return value
}

/** A boolean. */
export function readBoolean(where: string, name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (typeof value !== 'boolean') refuse(where, `${name} must be true or false`, value)
  return value
}

/** One of some names. */
export function readName<const K extends string>(where: string, name: string, value: unknown, names: readonly K[]): K {
  if (typeof value === 'string') {
    for (const known of names) if (known === value) return known
  }
  return refuse(where, `${name} must be one of ${names.join(', ')}`, value)
}

/** A seed: an integer in [0, 2^53). */
export function readSeed(where: string, value: unknown): number {
  return readInteger(where, 'seed', value, 0, 0)
}

const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get

function isSignal(value: unknown): value is AbortSignal {
  try {
    aborted?.call(value)
    return value instanceof AbortSignal
  } catch {
    return false
  }
}

/** The option `signal`. */
export function readSignal(where: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  // what passes here is asked later, where nothing of the caller's may throw any more
  if (!types.isProxy(value) && isSignal(value)) return value
  return refuse(where, 'signal must be an AbortSignal', value)
}

/** Freezes an object with everything in it. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}
