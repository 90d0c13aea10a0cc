import { types } from 'node:util'
import { frozen, refuse } from '../options.ts'

/** A value that JSON has. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Deeper than this nobody nests, and a cycle is noticed. */
const DEPTH = 32

/** A frozen copy of a JSON value; `ERR_OPTION` for anything that JSON does not have. */
export function readJson(where: string, name: string, value: unknown): Json {
  return frozen(copy(value, 0, () => refuse(where, `${name} must be a value that JSON has`, value)))
}

function copy(value: unknown, depth: number, complain: () => never): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : complain()
  if (typeof value !== 'object' || depth === DEPTH || types.isPromise(value)) return complain()
  // holes are refused as what they are read as
  if (Array.isArray(value)) return Array.from(value as unknown[], (item) => copy(item, depth + 1, complain))
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return complain()
  const result: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') complain()
    result[key] = copy(item, depth + 1, complain)
  }
  return result
}

/** JSON text with the keys of objects in order of their code units: equal values have equal texts. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
