import type { LossName } from '../loss/index.ts'
import { guarded, readName, refuse } from '../options.ts'
import * as all from './all.ts'

/** Names of the metrics. */
export type MetricName = keyof typeof all

/** Reads an option that lists metrics for a loss. */
export function readMetrics(where: string, value: unknown, loss: LossName): MetricName[] {
  if (value === undefined) return []
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value)) return refuse(where, 'metrics must be an array of names', value)
    const kind = loss === 'meanSquaredError' ? 'numbers' : 'classes'
    const metrics: MetricName[] = []
    for (let index = 0; index < value.length; index++) {
      const name = readName(where, `metrics[${index}]`, value[index], Object.keys(all) as MetricName[])
      if (all[name].of !== kind) {
        refuse(where, `metrics[${index}] must compare ${kind}, which is what ${loss} predicts`, name)
      }
      if (metrics.includes(name)) refuse(where, 'metrics must be different from each other', name)
      metrics.push(name)
    }
    return metrics
  })
}

/** Values by the names of their metrics. */
export function named(names: readonly MetricName[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? Number.NaN]))
}
