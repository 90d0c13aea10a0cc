import * as downslope from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import * as plots from '../../src/plots.ts'
import { cases } from './cases.ts'
import { opsCases } from './opsCases.ts'
import { sequences } from './sequences.ts'
import { type Case, labelled, trained } from './world.ts'

export const singles: readonly Case[] = [...cases, ...opsCases]
export const all: readonly Case[] = [...singles, ...sequences]

const methods = (of: string, value: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([name, { value: method }]) => typeof method === 'function' && name !== 'constructor')
    .map(([name]) => `${of}.${name}`)

/** Everything that users can call and no case here does. */
export async function uncovered(): Promise<string[]> {
  const wanted = Object.entries(downslope).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : Object.keys(value).map((key) => `${name}.${key}`),
  )
  using data = labelled()
  using model = await trained()
  const space = downslope.searchSpace({ x: downslope.float(0, 1) })
  using study = await downslope.createStudy({ space, direction: 'minimize' })
  for (const [of, value] of Object.entries({ Study: study, Dataset: data, Model: model }))
    wanted.push(...methods(of, Object.getPrototypeOf(value)))
  wanted.push(...methods('Trial', await study.ask()))
  for (const [of, exported] of Object.entries({ ops, plots }))
    wanted.push(...Object.keys(exported).map((name) => `${of}.${name}`))
  const covered = new Set(all.map(({ of }) => of))
  return wanted.filter((name) => !covered.has(name))
}

/** Options that a call knows and no good call here gives. */
export async function unusedOptions(world: () => Parameters<Case['make']>[0]): Promise<string[]> {
  const used = new Map<string, Set<string>>()
  const offered = new Map<string, Set<string>>()
  const into = (map: Map<string, Set<string>>, place: string, names: readonly string[]): void => {
    map.set(place, new Set([...(map.get(place) ?? []), ...names]))
  }
  for (const { of, make, call } of cases) {
    const visit = async (path: readonly (string | number)[]): Promise<void> => {
      const values = await make(world())
      const at = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], values)
      if (typeof at !== 'object' || at === null || Object.isFrozen(at) || ArrayBuffer.isView(at)) return
      if (!Array.isArray(at)) {
        if (Object.getPrototypeOf(at) !== Object.prototype) return
        into(used, of, Object.keys(at))
        Object.assign(at, { 'no option': 1 })
        try {
          await call(values, world())
        } catch (error) {
          const names = /options must be one of (.+), received "no option"/.exec(String((error as Error).message))?.[1]
          if (names !== undefined) into(offered, of, names.split(', '))
        }
      }
      for (const key of Object.keys(at)) if (key !== 'no option') await visit([...path, key])
    }
    await visit([])
  }
  // describe tells what fit would do, and candidates are trained by it
  for (const of of ['describe', 'compareModels']) into(used, of, [...(used.get('fit') ?? [])])
  return [...offered].flatMap(([place, names]) =>
    [...names].filter((name) => !used.get(place)?.has(name)).map((name) => `${place}: ${name}`),
  )
}
