import { frozen } from '../../options.ts'
import type { DeclaredHistory, Direction, Series } from '../history.ts'
import type { Json } from '../json.ts'

/** JSON form of a pruner: the name of its factory and its options. */
export interface PrunerConfig {
  readonly kind: string
  readonly [option: string]: Json
}

/** A rule that stops trials which will not be good; made by {@link median}, {@link hyperband} and the others, frozen. */
export interface Pruner {
  /** Name of its factory. */
  readonly kind: string
  /** JSON form. */
  readonly config: PrunerConfig
}

/** What a pruner decides on. */
export interface PruneContext {
  /** The number of the trial. */
  readonly number: number
  readonly direction: Direction
  /** What the trial reported so far, by step or by fold as the pruner's `series` says; at least one. NaN where it reported NaN. */
  readonly own: Series
  readonly history: DeclaredHistory
}

/** What is behind a pruner. */
export interface PrunerPlan {
  /** False for pruners that look at the trial alone: they wait for no other trial. */
  readonly usesHistory: boolean
  /** What it looks at: numbers by step, one number for each fold, or nothing. */
  readonly series: 'steps' | 'folds' | 'none'
  /** Whether the trial should be stopped: a pure function of the context. */
  readonly prune: (context: PruneContext) => boolean
}

const plans = new WeakMap<object, PrunerPlan>()

/** Freezes a pruner with what is behind it. */
export function definePruner(config: PrunerConfig, plan: PrunerPlan): Pruner {
  const pruner = frozen({ kind: config.kind, config })
  plans.set(pruner, plan)
  return pruner
}

/** The plan behind a pruner; `undefined` for anything that no factory made. */
export function prunerPlan(value: unknown): PrunerPlan | undefined {
  return typeof value === 'object' && value !== null ? plans.get(value) : undefined
}
