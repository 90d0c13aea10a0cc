import { guarded, readOptions, refuse } from '../../options.ts'
import { canonicalJson, type Json, readJson } from '../json.ts'
import { defineParameter, type Parameter } from './parameter.ts'

/** One of some values in an order; made by {@link ordinal}. */
export interface OrdinalParameter<T extends number | string = number | string> extends Parameter<T> {
  readonly kind: 'ordinal'
}

/**
 * One of some values that have an order, from small to large: neighbours are alike, as `choice`'s are not.
 *
 * @param values numbers or strings in their order, at least one, none twice
 * @throws DownslopeError `ERR_OPTION` when there is none, one is there twice, or one is neither number nor string
 * @example
 * ```ts
 * searchSpace({ depth: ordinal([1, 2, 4, 8]), size: ordinal(['small', 'medium', 'large']) })
 * ```
 */
export function ordinal<const T extends number | string>(values: readonly T[]): OrdinalParameter<T> {
  const list = readValues('ordinal', values)
  for (const value of list) {
    if (typeof value !== 'number' && typeof value !== 'string') {
      refuse('ordinal', 'values must be numbers or strings', value)
    }
  }
  return defineParameter<OrdinalParameter<T>>({ kind: 'ordinal', values: list }, { kind: 'ordinal', values: list })
}

/** Reads a list of different values. */
export function readValues(where: string, values: unknown): readonly Json[] {
  return guarded(where, 'ERR_OPTION', () => {
    const list = readJson(where, 'values', values)
    if (!Array.isArray(list) || list.length === 0) {
      return refuse(where, 'values must be a list of at least one value', values)
    }
    const seen = new Set<string>()
    for (const value of list as readonly Json[]) {
      const text = canonicalJson(value)
      if (seen.has(text)) refuse(where, 'values must differ from one another', value)
      seen.add(text)
    }
    return list as readonly Json[]
  })
}

/** The parameter of a configuration. */
export function ordinalFrom(config: { readonly [option: string]: Json }): OrdinalParameter {
  const { kind: _, values, ...options } = config
  readOptions('ordinal', options, [])
  return ordinal(values as readonly (number | string)[])
}
