import { guarded, ranges, readNumber, readOptions, refuse } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLength } from './schedule.ts'

/** Options of {@link piecewise}. */
export interface PiecewiseOptions {
  /** Where the value changes: steps or `epochs(n)`, each greater than the one before. */
  readonly boundaries: readonly Length[]
  /** Values ≥ 0, one more than boundaries. */
  readonly values: readonly number[]
}

/**
 * Constant pieces: η(s) = values[number of boundaries ≤ s]. At a boundary the next value holds already.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: piecewise({ boundaries: [epochs(30), epochs(60)], values: [0.1, 0.01, 0.001] }) })
 * ```
 */
export function piecewise(options: PiecewiseOptions): BuiltInSchedule {
  const where = 'piecewise'
  const read = readOptions(where, options, ['boundaries', 'values'])
  const boundaries = readList(where, 'boundaries', read.boundaries, (value, name) => readLength(where, name, value))
  const values = readList(where, 'values', read.values, (value, name) =>
    readNumber(where, name, value, ranges.notNegative),
  )
  if (values.length !== boundaries.length + 1) {
    refuse(where, `values must be one more than boundaries (${boundaries.length + 1})`, values.length)
  }
  boundaries.forEach((boundary, index) => {
    const before = boundaries[index - 1]
    // steps and epochs can be compared in a run only
    if (before === undefined || typeof before !== typeof boundary) return
    const [a, b] = [before, boundary].map((length) => (typeof length === 'number' ? length : length.epochs))
    if ((a as number) >= (b as number)) refuse(where, `boundaries[${index}] must be greater than the one before`, b)
  })
  return defineSchedule({ kind: where, boundaries, values }, (step, run) => {
    let passed = 0
    for (const boundary of boundaries) if (inSteps(boundary, run) <= step) passed += 1
    return values[passed] as number
  })
}
markFactory(piecewise)

function readList<T>(where: string, name: string, value: unknown, read: (value: unknown, name: string) => T): T[] {
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value)) return refuse(where, `${name} must be an array`, value)
    return Array.from({ length: value.length }, (_, index) => read(value[index], `${name}[${index}]`))
  })
}
