import { readName, refuse } from '../options.ts'
import * as all from './all.ts'
import { type OptimizerPlan, planOf } from './optimizer.ts'

export * from './all.ts'
export { numberRanges, type Optimizer, type OptimizerConfig, type OptimizerPlan } from './optimizer.ts'

/** Optimizers that can be named, with their defaults. */
export type OptimizerName = keyof typeof all

/** Reads an option that names or is an optimizer. */
export function readOptimizer(where: string, value: unknown): OptimizerPlan {
  const names = Object.keys(all) as OptimizerName[]
  const made = typeof value === 'string' ? all[readName(where, 'optimizer', value, names)]() : value
  return planOf(made) ?? refuse(where, `optimizer must be made by one of ${names.join(', ')} or be such a name`, value)
}
