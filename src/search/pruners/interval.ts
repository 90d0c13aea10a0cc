import { type Options, readInteger } from '../../options.ts'
import type { Series } from '../history.ts'

/** When a step pruner looks. */
export interface IntervalOptions {
  /** Nothing is pruned before this step, an integer ≥ 0; default 0. */
  readonly warmupSteps?: number
  /** Steps from one look to the next, counted from `warmupSteps`, an integer ≥ 1; default 1. */
  readonly interval?: number
}

/** Reads when to look. */
export function readInterval(where: string, read: Options<keyof IntervalOptions>): Required<IntervalOptions> {
  return {
    warmupSteps: readInteger(where, 'warmupSteps', read.warmupSteps, 0, 0),
    interval: readInteger(where, 'interval', read.interval, 1, 1),
  }
}

/** Whether the last step is the first that was reported since a look was due. */
export function isDue({ steps }: Series, { warmupSteps, interval }: Required<IntervalOptions>): boolean {
  const last = steps.at(-1) as number
  if (last < warmupSteps) return false
  const due = Math.floor((last - warmupSteps) / interval) * interval + warmupSteps
  return (steps.at(-2) ?? -1) < due
}
