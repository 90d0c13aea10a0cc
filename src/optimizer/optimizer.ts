import { frozen, type Options, type Range, ranges, readBoolean } from '../options.ts'
import { readNumberOrSchedule } from '../schedule/read.ts'
import { configOf, type NumberOrSchedule } from '../schedule/schedule.ts'

/** JSON form of an optimizer. */
export interface OptimizerConfig {
  /** Name of its factory. */
  readonly kind: string
  readonly [option: string]: unknown
}

/** An update rule with its options; made by {@link sgd}, {@link adam} and the others, frozen. */
export interface Optimizer {
  /** Name of the rule. */
  readonly kind: string
  /** JSON form; schedules of your own are recorded as `custom`. */
  readonly config: OptimizerConfig
}

/** What the training driver needs to know of an optimizer. */
export interface OptimizerPlan {
  /** The rule and its flags, for the engine. */
  readonly rule: Readonly<Record<string, string | boolean>>
  /** Numbers that may change each step. */
  readonly numbers: Readonly<Record<string, NumberOrSchedule>>
  /** Weight decay applies to biases as well. */
  readonly decayAll: boolean
}

/** Numbers that rules use, and what they must satisfy wherever they come from. */
export const numberRanges: Readonly<Record<string, Range>> = {
  learningRate: ranges.notNegative,
  momentum: ranges.belowOne,
  dampening: ranges.unit,
  weightDecay: ranges.notNegative,
  beta1: ranges.belowOne,
  beta2: ranges.belowOne,
  rho: ranges.unit,
  epsilon: ranges.positive,
  momentumDecay: ranges.notNegative,
  learningRateDecay: ranges.notNegative,
  initialAccumulator: ranges.notNegative,
}

const plans = new WeakMap<object, OptimizerPlan>()

/** The plan behind an optimizer; `undefined` for anything that no factory made. */
export function planOf(value: unknown): OptimizerPlan | undefined {
  return typeof value === 'object' && value !== null ? plans.get(value) : undefined
}

/** Reads the numbers of a rule, each with its default. */
export function readNumbers<const K extends string>(
  where: string,
  read: Options<NoInfer<K>>,
  defaults: Readonly<Record<K, number>>,
): Record<K, NumberOrSchedule> {
  const numbers = {} as Record<K, NumberOrSchedule>
  for (const name of Object.keys(defaults) as K[]) {
    const range = numberRanges[name] ?? ranges.finite
    numbers[name] = readNumberOrSchedule(where, name, read[name], range, defaults[name])
  }
  return numbers
}

/** Freezes an optimizer. `flags` are options as the user gave them, `rule` what the engine is told. */
export function defineOptimizer(
  kind: string,
  numbers: Readonly<Record<string, NumberOrSchedule>>,
  flags: Readonly<Record<string, boolean>>,
  decayAll: unknown,
  rule: Readonly<Record<string, boolean>> = flags,
): Optimizer {
  const all = readBoolean(kind, 'decayAll', decayAll, false)
  const values = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, configOf(value)]))
  const optimizer = frozen({ kind, config: { kind, ...values, ...flags, decayAll: all } })
  plans.set(
    optimizer,
    Object.freeze({ rule: { kind, ...rule }, numbers: Object.freeze({ ...numbers }), decayAll: all }),
  )
  return optimizer
}
