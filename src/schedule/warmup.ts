import { ranges, readNumber, readOptions } from '../options.ts'
import { readNumberOrSchedule } from './read.ts'
import {
  type BuiltInSchedule,
  configOf,
  defineSchedule,
  inSteps,
  type Length,
  markFactory,
  readLength,
  type Schedule,
} from './schedule.ts'

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** How long it takes: steps or `epochs(n)`. */
  readonly steps: Length
  /** Value at step 0, ≥ 0; default 0. */
  readonly from?: number
  /** The schedule that follows, which sees its own step 0 when the warm-up is over; a number is a constant. */
  readonly then: number | Schedule
}

/**
 * A linear warm-up before another schedule: from + (then(0) − from) · s / steps while s < steps, afterwards
 * then(s − steps). A decay that follows and lasts "the whole run" keeps that length: give it `decaySteps` to end with
 * the run.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * adam({ learningRate: warmup({ steps: 500, then: cosineDecay({ initial: 1e-3 }) }) })
 * ```
 */
export function warmup(options: WarmupOptions): BuiltInSchedule {
  const where = 'warmup'
  const read = readOptions(where, options, ['steps', 'from', 'then'])
  const steps = readLength(where, 'steps', read.steps)
  const from = readNumber(where, 'from', read.from, ranges.notNegative, 0)
  const after = readNumberOrSchedule(where, 'then', read.then, ranges.notNegative)
  const next: Schedule = typeof after === 'number' ? () => after : after
  return defineSchedule({ kind: where, steps, from, then: configOf(after) }, (step, run) => {
    const length = inSteps(steps, run)
    if (step >= length) return next(step - length, run)
    return from + (next(0, run) - from) * (step / length)
  })
}
markFactory(warmup)
