import { type Range, ranges, readNumber, readOptions } from '../options.ts'
import { type BuiltInSchedule, defineSchedule, inSteps, type Length, markFactory, readLengthOfRun } from './schedule.ts'

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The highest value, ≥ 0. */
  readonly max: number
  /** Part of the cycle that rises, in [0, 1]; default 0.3. */
  readonly startFraction?: number
  /** It begins at max / divide; ≥ 1, default 25. */
  readonly divide?: number
  /** It ends at max / divide / finalDivide; ≥ 1, default 1e4. */
  readonly finalDivide?: number
  /** Steps, or `epochs(n)`, of the cycle; default: the whole run. */
  readonly totalSteps?: Length
}

const divisor: Range = { text: '≥ 1', holds: (value) => value >= 1 }

/**
 * One rise and one fall, both along half a cosine: from max / divide up to max at step startFraction · totalSteps − 1, then
 * down to max / divide / finalDivide at step totalSteps − 1, and that value afterwards. As PyTorch's `OneCycleLR`, without
 * its momentum.
 *
 * Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2018).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range
 * @example
 * ```ts
 * sgd({ learningRate: oneCycle({ max: 0.1 }), momentum: 0.9 })
 * ```
 */
export function oneCycle(options: OneCycleOptions): BuiltInSchedule {
  const where = 'oneCycle'
  const read = readOptions(where, options, ['max', 'startFraction', 'divide', 'finalDivide', 'totalSteps'])
  const max = readNumber(where, 'max', read.max, ranges.notNegative)
  const startFraction = readNumber(where, 'startFraction', read.startFraction, ranges.unit, 0.3)
  const divide = readNumber(where, 'divide', read.divide, divisor, 25)
  const finalDivide = readNumber(where, 'finalDivide', read.finalDivide, divisor, 1e4)
  const totalSteps = readLengthOfRun(where, 'totalSteps', read.totalSteps)
  const config = { kind: where, max, startFraction, divide, finalDivide, ...(totalSteps && { totalSteps }) }
  const first = max / divide
  const last = first / finalDivide
  return defineSchedule(config, (step, run) => {
    const length = totalSteps === undefined ? run.totalSteps : inSteps(totalSteps, run)
    const top = startFraction * length - 1
    if (step <= top) return between(first, max, top === 0 ? 1 : step / top)
    return between(max, last, Math.min((step - top) / (length - 1 - top), 1))
  })
}
markFactory(oneCycle)

/** From `begin` to `end` along half a cosine. */
function between(begin: number, end: number, done: number): number {
  return end + ((begin - end) * (1 + Math.cos(Math.PI * done))) / 2
}
