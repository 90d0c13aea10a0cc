import { guarded, readInteger, readOptions, refuse } from '../../options.ts'
import type { Json } from '../json.ts'
import { readScale } from './float.ts'
import { gridCount, gridValue } from './grid.ts'
import { defineParameter, type Parameter, type ParameterConfig } from './parameter.ts'

/** Options of {@link int}. */
export interface IntOptions {
  /** In which scale values are even: `'linear'` (default) or `'log'`. */
  readonly scale?: 'linear' | 'log'
  /** Distance of neighbours, an integer ≥ 1: values are low + i · step; default 1. */
  readonly step?: number
}

/** A whole number in an interval; made by {@link int}. */
export interface IntParameter extends Parameter<number> {
  readonly kind: 'int'
}

/**
 * A whole number between `low` and `high`, both included; with `step` those low + i · step that are at most `high`.
 *
 * @param low lowest value; ≥ 1 with `scale: 'log'`
 * @param high highest value, ≥ `low`
 * @throws DownslopeError `ERR_OPTION` when a bound is not an integer, they are in the wrong order, or an option is unknown
 * or out of its range
 * @example
 * ```ts
 * searchSpace({ units: int(16, 512, { scale: 'log' }), epochs: int(10, 50, { step: 10 }) })
 * ```
 */
export function int(low: number, high: number, options: IntOptions = {}): IntParameter {
  const read = readOptions('int', options, ['scale', 'step'])
  const from = readInteger('int', 'low', low, Number.MIN_SAFE_INTEGER) + 0
  const to = readInteger('int', 'high', high, from) + 0
  if (!Number.isSafeInteger(to - from)) refuse('int', 'high − low must be a safe integer', to)
  const log = readScale('int', read, from)
  const step = readInteger('int', 'step', read.step, 1, 1)
  const last = gridValue(from, to, step, gridCount(from, to, step) - 1)
  const config: ParameterConfig = { kind: 'int', low: from, high: last, scale: log ? 'log' : 'linear', step }
  return defineParameter<IntParameter>(config, { kind: 'int', low: from, high: last, log, step })
}

/** The parameter of a configuration. */
export function intFrom(config: { readonly [option: string]: Json }): IntParameter {
  const { kind: _, low, high, ...options } = config
  return guarded('int', 'ERR_OPTION', () => int(low as number, high as number, options as IntOptions))
}
