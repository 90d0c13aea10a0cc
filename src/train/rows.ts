import type { OptimizerPlan } from '../optimizer/index.ts'
import { numberRanges } from '../optimizer/index.ts'
import { ranges, refuse } from '../options.ts'
import { type Companions, createCompanions, withCompanions } from '../schedule/fed.ts'
import { valueAt } from '../schedule/read.ts'
import { isBuiltIn, type NumberOrSchedule } from '../schedule/schedule.ts'
import type { Clock } from './clock.ts'

/** Fills the rows of numbers that the engine takes steps with. */
export interface Rows {
  /** True when no number changes: one row then serves any number of steps. */
  readonly constant: boolean
  /** Rows for `steps` steps from `first` on. */
  fill(first: number, steps: number): Float64Array
}

/** Evaluates an optimizer's numbers in the order that the engine gives. */
export function createRows(
  optimizer: OptimizerPlan,
  order: readonly string[],
  clock: Clock,
  companions: Companions,
): Rows {
  const where = String(optimizer.rule.kind)
  const numbers = order.map((name): { name: string; value: NumberOrSchedule } => {
    const value = optimizer.numbers[name]
    if (value === undefined) return refuse(where, 'the engine knows another number', name, 'ERR_INTERNAL')
    return { name, value }
  })
  const constant = numbers.every(({ value }) => typeof value === 'number')
  return {
    constant,
    fill(first, steps) {
      const count = constant ? 1 : steps
      const rows = new Float64Array(count * numbers.length)
      const { totalSteps } = clock
      for (let step = 0, next = 0; step < count; step++) {
        const at = first + step
        const { epoch, stepsPerEpoch } = clock.at(at)
        const run = withCompanions({ epoch, stepsPerEpoch, totalSteps }, companions)
        for (const { name, value } of numbers) {
          const range = numberRanges[name] ?? ranges.finite
          rows[next++] = typeof value === 'number' ? value : valueAt(where, name, value, range, at, run)
        }
      }
      return rows
    },
  }
}

/** The companions of an optimizer's schedules, found before there is any work; `names` are what records hold. */
export function companionsOf(where: string, optimizer: OptimizerPlan, names: readonly string[]): Companions {
  const companions = createCompanions()
  for (const value of Object.values(optimizer.numbers)) {
    if (typeof value === 'number' || !isBuiltIn(value)) continue
    try {
      value(0, withCompanions({ epoch: 1, stepsPerEpoch: 1, totalSteps: 1 }, companions))
    } catch {
      // a function of the caller inside; what it throws is said when a step asks for it
    }
  }
  for (const { monitor } of companions.list) {
    if (!names.includes(monitor)) {
      refuse(where, `the monitor of reduceOnPlateau must be one of ${names.join(', ')}`, monitor)
    }
  }
  return companions
}
