import { readName, refuse } from '../../options.ts'
import * as all from './all.ts'
import { type Pruner, type PrunerPlan, prunerPlan } from './pruner.ts'

export * from './all.ts'
export type { Pruner, PrunerConfig } from './pruner.ts'

const names = Object.keys(all) as (keyof typeof all)[]

/** Reads the option `pruner`. */
export function readPruner(where: string, value: unknown): { readonly pruner: Pruner; readonly plan: PrunerPlan } {
  const pruner = value === undefined ? all.noPruner() : (value as Pruner)
  const plan = prunerPlan(pruner) ?? refuse(where, `pruner must be made by one of ${names.join(', ')}`, value)
  return { pruner, plan }
}

/** The pruner of a configuration, as a study keeps it. */
export function prunerFrom(config: unknown): Pruner {
  const { kind, ...options } = config as { readonly kind: unknown; readonly pruner?: unknown }
  const make = all[readName('pruner', 'kind', kind, names)] as (options?: unknown) => Pruner
  const given = 'pruner' in options ? { ...options, pruner: prunerFrom(options.pruner) } : options
  return Object.keys(given).length === 0 ? make() : make(given)
}
