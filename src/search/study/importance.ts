import { createPace } from '../../data/source.ts'
import { native, unwrapLater } from '../../native/index.ts'
import type { Core } from './core.ts'

/** Shares of all parameters by path, the largest first. */
export async function importanceOf(core: Core): Promise<Readonly<Record<string, number>>> {
  const { definition, plan } = core
  const { dimensions } = plan.flat
  const completed = core.projection.entries.filter(({ status }) => status === 'completed')
  const points = new Float64Array(completed.length * dimensions.length)
  const values = new Float64Array(completed.length * definition.directions.length)
  const pace = createPace()
  for (const [index, entry] of completed.entries()) {
    points.set(core.point(entry), index * dimensions.length)
    values.set(entry.values, index * definition.directions.length)
    await pace()
  }
  const [space, directions] = [JSON.stringify(plan.flat), JSON.stringify(definition.directions)]
  const shares = await unwrapLater(native().measureImportance(space, directions, points, values))
  const named = dimensions.map(({ name }, index): [string, number] => [name, shares[index] ?? 0])
  return Object.freeze(Object.fromEntries(named.sort(([, a], [, b]) => b - a)))
}
