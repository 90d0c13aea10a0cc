import { coded, frozen, guarded, ranges, readInteger, readNumber, refuse } from '../options.ts'

/** Where a run stands when a schedule is asked. */
export interface ScheduleRun {
  /** The epoch that the step belongs to; the first is 1. */
  readonly epoch: number
  /** Steps in that epoch; they differ between epochs where batches grow. */
  readonly stepsPerEpoch: number
  /** Steps in the whole run. */
  readonly totalSteps: number
}

/**
 * A number as a function of the step; the first step is 0. It must be pure: it is asked a few steps ahead, and again when
 * a run resumes. The value is rounded to f32 when used.
 *
 * @example
 * ```ts
 * const halfway: Schedule = (step, { totalSteps }) => (step < totalSteps / 2 ? 0.1 : 0.01)
 * sgd({ learningRate: halfway })
 * ```
 */
export interface Schedule {
  (step: number, run: ScheduleRun): number
  /** The JSON form; schedules of your own have none and are recorded as `custom`. */
  readonly config?: ScheduleConfig
}

/** JSON form of a schedule. */
export interface ScheduleConfig {
  /** Name of its factory, or `custom`. */
  readonly kind: string
  readonly [option: string]: unknown
}

/** A schedule made by a factory of ours: frozen, with its options as `.config`. */
export interface BuiltInSchedule extends Schedule {
  readonly config: ScheduleConfig
}

/** A number, a schedule, or your own function of the step. */
export type NumberOrSchedule = number | Schedule

/** A length in epochs; see {@link epochs}. */
export interface Epochs {
  /** Tag. */
  readonly kind: 'epochs'
  /** How many. */
  readonly epochs: number
}

/** A length in steps, or `epochs(n)`. */
export type Length = number | Epochs

/**
 * A length in epochs, wherever a schedule takes a length in steps.
 *
 * @param count how many, > 0; fractions are allowed
 * @throws DownslopeError `ERR_OPTION` when `count` is not a number > 0
 * @example
 * ```ts
 * stepDecay({ initial: 0.1, every: epochs(10) })
 * ```
 */
export function epochs(count: number): Epochs {
  return Object.freeze({ kind: 'epochs', epochs: readNumber('epochs', 'count', count, ranges.positive) })
}

const configs = new WeakMap<Schedule, ScheduleConfig>()
const factories = new WeakSet<object>()

/** Remembers a function that makes schedules, so that one given uncalled where a schedule belongs is told apart. */
export function markFactory(factory: object): void {
  factories.add(factory)
}

/** True for functions that make schedules and are none themselves: `cosineDecay` rather than `cosineDecay({ … })`. */
export function isFactory(value: object): boolean {
  return factories.has(value)
}

/** Freezes a schedule with its options. */
export function defineSchedule(config: ScheduleConfig, value: Schedule): BuiltInSchedule {
  const ask = (step: number, run: ScheduleRun): number => {
    if (typeof step !== 'number') refuse(config.kind, 'step must be a number', step)
    if (typeof run !== 'object' || run === null) {
      refuse(config.kind, 'run must be { epoch, stepsPerEpoch, totalSteps }', run)
    }
    try {
      return value(step, run)
    } catch (cause) {
      throw coded(`${config.kind} at step ${step}`, 'ERR_OPTION', cause)
    }
  }
  const schedule = Object.assign(ask, { config: frozen(config) })
  configs.set(schedule, config)
  return Object.freeze(schedule)
}

/** Whether a factory of ours made it. */
export function isBuiltIn(schedule: Schedule): boolean {
  return configs.has(schedule)
}

/** Reads a length option that is the whole run by default. */
export function readLengthOfRun(where: string, name: string, value: unknown): Length | undefined {
  return value === undefined ? undefined : readLength(where, name, value)
}

/** Reads a length option: steps (an integer ≥ 1) or `epochs(n)`. */
export function readLength(where: string, name: string, value: unknown): Length {
  if (typeof value === 'number') return readInteger(where, name, value, 1)
  return guarded(where, 'ERR_OPTION', () => {
    if (typeof value === 'object' && value !== null && (value as Epochs).kind === 'epochs') {
      return epochs((value as Epochs).epochs)
    }
    return refuse(where, `${name} must be a number of steps or epochs(n)`, value)
  })
}

/** A length in steps. */
export function inSteps(length: Length, run: ScheduleRun): number {
  return typeof length === 'number' ? length : length.epochs * run.stepsPerEpoch
}

/** How much of a length is over at a step, at most 1; a length of `undefined` is the whole run. */
export function shareDone(length: Length | undefined, step: number, run: ScheduleRun): number {
  return Math.min(step / (length === undefined ? run.totalSteps : inSteps(length, run)), 1)
}

/** JSON form of a number or schedule; a function that no factory of ours made is `custom`, whatever it carries. */
export function configOf(value: NumberOrSchedule): unknown {
  return typeof value === 'number' ? value : (configs.get(value) ?? { kind: 'custom' })
}
