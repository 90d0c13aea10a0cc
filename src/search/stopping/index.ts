import { refuse } from '../../options.ts'
import * as all from './all.ts'
import { type StoppingPlan, stoppingPlan } from './stopping.ts'

export * from './all.ts'
export type { Stopping, StoppingConfig } from './stopping.ts'

/** Reads the option `stopping`: a rule, or several of which one is enough. */
export function readStopping(where: string, value: unknown): readonly StoppingPlan[] {
  if (value === undefined) return []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const names = Object.keys(all).join(', ')
  // holes are refused as what they are read as
  return Array.from(
    list,
    (rule) =>
      stoppingPlan(rule) ?? refuse(where, `stopping must be made by one of ${names}, or be a list of such`, rule),
  )
}
