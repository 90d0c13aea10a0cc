import { ranges, readNumber, readOptions } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLength } from './schedule.ts'

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** Value at step 0, ≥ 0. */
  readonly initial: number
  /** Multiplied in at each step down, > 0; default 0.1. */
  readonly factor?: number
  /** Steps, or `epochs(n)`, between two steps down. */
  readonly every: Length
}

/**
 * Decay in steps: η(s) = initial · factor^⌊s / every⌋.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: stepDecay({ initial: 0.1, factor: 0.5, every: epochs(10) }) })
 * ```
 */
export function stepDecay(options: StepDecayOptions): BuiltInSchedule {
  const where = 'stepDecay'
  const read = readOptions(where, options, ['initial', 'factor', 'every'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const factor = readNumber(where, 'factor', read.factor, ranges.positive, 0.1)
  const every = readLength(where, 'every', read.every)
  return defineSchedule(
    { kind: where, initial, factor, every },
    (step, run) => initial * factor ** Math.floor(step / inSteps(every, run)),
  )
}
markFactory(stepDecay)
