import { frozen, refuse } from '../../options.ts'
import type { DeclaredHistory, Direction } from '../history.ts'
import type { Json } from '../json.ts'

/** JSON form of a stopping rule: the name of its factory and its options. */
export interface StoppingConfig {
  readonly kind: string
  readonly [option: string]: Json
}

/** A rule that ends a call of `optimize` or `tune`; made by {@link noImprovement} and the others, frozen. */
export interface Stopping {
  /** Name of its factory. */
  readonly kind: string
  /** JSON form. */
  readonly config: StoppingConfig
}

/** What is behind a stopping rule. */
export interface StoppingPlan {
  /** Whether the trial with this declared history should not be started any more: a pure function. */
  readonly stop: (history: DeclaredHistory, direction: Direction) => boolean
}

const plans = new WeakMap<object, StoppingPlan>()

/** Freezes a rule with what is behind it. */
export function defineStopping(config: StoppingConfig, plan: StoppingPlan): Stopping {
  const rule = frozen({ kind: config.kind, config })
  plans.set(rule, plan)
  return rule
}

/** Reads the option `stopping`: a rule, or several of which one is enough. */
export function readStopping(where: string, value: unknown): readonly StoppingPlan[] {
  if (value === undefined) return []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((rule) => {
    const plan = typeof rule === 'object' && rule !== null ? plans.get(rule) : undefined
    return plan ?? refuse(where, 'stopping must be made by noImprovement, targetReached or regretBound', rule)
  })
}
