import type { OptimizerPlan } from '../optimizer/index.ts'
import { numberRanges } from '../optimizer/index.ts'
import { ranges, refuse } from '../options.ts'
import { valueAt } from '../schedule/read.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'

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
  stepsPerEpoch: number,
  totalSteps: number,
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
      for (let step = 0, next = 0; step < count; step++) {
        const at = first + step
        const run = { epoch: Math.floor(at / stepsPerEpoch) + 1, stepsPerEpoch, totalSteps }
        for (const { name, value } of numbers) {
          const range = numberRanges[name] ?? ranges.finite
          rows[next++] = typeof value === 'number' ? value : valueAt(where, name, value, range, at, run)
        }
      }
      return rows
    },
  }
}
