import { guarded, type Options, ranges, readName, readNumber, readOptions, refuse } from '../../options.ts'
import type { Json } from '../json.ts'
import { defineParameter, type Parameter, type ParameterConfig } from './parameter.ts'

/** Options of {@link float}. */
export interface FloatOptions {
  /** In which scale values are even: `'linear'` (default), or `'log'` for what spans magnitudes, as learning rates do. */
  readonly scale?: 'linear' | 'log'
  /** Distance of neighbours, > 0: values are low + i · step; only for the linear scale; default: every number. */
  readonly step?: number
}

/** A real number in an interval; made by {@link float}. */
export interface FloatParameter extends Parameter<number> {
  readonly kind: 'float'
}

/**
 * A real number between `low` and `high`, both included.
 *
 * @param low lowest value; > 0 with `scale: 'log'`
 * @param high highest value, ≥ `low`
 * @throws DownslopeError `ERR_OPTION` when a bound is not finite, they are in the wrong order, or an option is unknown or
 * out of its range
 * @example
 * ```ts
 * searchSpace({ learningRate: float(1e-4, 1e-1, { scale: 'log' }), momentum: float(0, 0.99) })
 * ```
 */
export function float(low: number, high: number, options: FloatOptions = {}): FloatParameter {
  const read = readOptions('float', options, ['scale', 'step'])
  const bounds = readBounds('float', low, high)
  const log = readScale('float', read, bounds.low)
  const step = read.step === undefined ? undefined : readNumber('float', 'step', read.step, ranges.positive)
  if (step !== undefined && log) refuse('float', 'step must be left out with the scale log', step)
  if (step !== undefined && bounds.low + step === bounds.low) refuse('float', 'step must make a difference', step)
  const scale = log ? 'log' : 'linear'
  const config: ParameterConfig = { kind: 'float', ...bounds, scale, ...(step === undefined ? {} : { step }) }
  return defineParameter<FloatParameter>(config, { kind: 'float', ...bounds, log, step })
}

/** Reads two bounds. */
export function readBounds(where: string, low: unknown, high: unknown): { low: number; high: number } {
  const from = readNumber(where, 'low', low, ranges.finite)
  const to = readNumber(where, 'high', high, {
    text: `a finite number ≥ low (${from})`,
    holds: (value) => value >= from,
  })
  if (!Number.isFinite(to - from)) refuse(where, 'high − low must be finite', to)
  return { low: from + 0, high: to + 0 }
}

/** Reads the scale; true for the logarithm. */
export function readScale(where: string, read: Options<'scale'>, low: number): boolean {
  if (read.scale === undefined) return false
  const log = readName(where, 'scale', read.scale, ['linear', 'log']) === 'log'
  if (log && low <= 0) refuse(where, 'low must be > 0 with the scale log', low)
  return log
}

/** The parameter of a configuration. */
export function floatFrom(config: { readonly [option: string]: Json }): FloatParameter {
  const { kind: _, low, high, ...options } = config
  return guarded('float', 'ERR_OPTION', () => float(low as number, high as number, options as FloatOptions))
}
