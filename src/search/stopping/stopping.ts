import { frozen } from '../../options.ts'
import type { DeclaredHistory, Direction, SettledTrial } from '../history.ts'
import type { Json } from '../json.ts'
import type { FlatSpace, Point } from '../space/flat.ts'

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

/** What a rule decides on. */
export interface StopContext {
  /** The declared history of the trial that would be next. */
  readonly history: DeclaredHistory
  readonly direction: Direction
  readonly space: FlatSpace
  /** The point of one of its trials. */
  readonly point: (trial: SettledTrial) => Point
  /** Stands for the study: the same for all of its decisions. */
  readonly study: object
}

/** What is known of a search before it begins. */
export interface StopStart {
  readonly space: FlatSpace
  /** How many folds each of its trials reports; `undefined` where the objective decides. */
  readonly folds: number | undefined
}

/** What is behind a stopping rule. */
export interface StoppingPlan {
  /** Whether the trial should not be started any more: a pure function of the context. */
  readonly stop: (context: StopContext) => boolean | Promise<boolean>
  /** Complains about a search for which it could never decide; called before it begins. */
  readonly check?: (where: string, start: StopStart) => void
}

const plans = new WeakMap<object, StoppingPlan>()

/** Freezes a rule with what is behind it. */
export function defineStopping(config: StoppingConfig, plan: StoppingPlan): Stopping {
  const rule = frozen({ kind: config.kind, config })
  plans.set(rule, plan)
  return rule
}

/** The plan behind a rule; `undefined` for anything that no factory made. */
export function stoppingPlan(value: unknown): StoppingPlan | undefined {
  return typeof value === 'object' && value !== null ? plans.get(value) : undefined
}
