import type * as d from '../../src/index.ts'
import type { Case, World } from './world.ts'

/** One thing that is done. */
export type Work = () => unknown

/** Now, or a little later. */
export const later = (world: World): Promise<void> => {
  const wait = world.random.below(4)
  if (wait === 0) return Promise.resolve()
  return new Promise((resolve) => (wait === 1 ? setImmediate(resolve) : setTimeout(resolve, world.random.below(6))))
}

/** Does things one after the other, or several at once, at times that are left to chance; complaints are collected. */
export async function storm(world: World, acts: readonly Work[], count: number): Promise<void> {
  const under: Promise<unknown>[] = []
  for (let index = 0; index < count; index++) {
    const act = world.random.pick(acts)
    under.push(
      (async () => world.inner(act))().catch((error: unknown) => {
        // judged by the one who calls
        world.complain(error)
      }),
    )
    if (world.random.chance(0.5)) await later(world)
  }
  await Promise.all(under)
}

/** A case without arguments that could be changed. */
export function sequence(of: string, call: (world: World) => Promise<unknown>): Case {
  return { of: `sequence: ${of}`, make: () => [], call: (_, world) => call(world) }
}

const ended = ['completed', 'stopped', 'diverged', 'converged', 'exhausted']

/** Takes a run to its end; it may have been aborted. */
export async function outcome(run: PromiseLike<{ readonly status: string }>, world: World): Promise<void> {
  try {
    const result = await run
    if (!ended.includes(result.status)) throw new Error(`unknown status ${result.status}`)
    const { model } = result as { model?: d.Model }
    if (model) world.own(model)
  } catch (error) {
    if (!world.controller.signal.aborted || error !== world.controller.signal.reason) throw error
  }
}

/** Iterates for a while. */
export async function look(run: AsyncIterable<unknown>, world: World): Promise<void> {
  let left = world.random.below(8)
  for await (const record of run) {
    void record
    if (left-- === 0) break
    if (world.random.chance(0.3)) await later(world)
  }
}
