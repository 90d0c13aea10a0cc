import { createPace } from '../../data/source.ts'
import type { FinishedPoint, Suggester } from '../samplers/sampler.ts'
import type { Point } from '../space/flat.ts'
import type { Core } from './core.ts'
import { lastOf } from './last.ts'
import type { Entry } from './record.ts'

/** Gives a sampler what is new in the declared history, each trial once. */
export interface Feed {
  /**
   * The point of trial `number`, all before which have begun.
   *
   * @param declared how many of the trials that have settled it may look at
   */
  suggest(number: number, declared: number): Promise<Point | undefined>
  close(): void
}

/** Starts a study's sampler. */
export function createFeed(core: Core): Feed {
  const { definition, plan, projection, samplerPlan } = core
  let suggester: Suggester | undefined
  let asked = 0
  let settled = 0

  async function suggest(number: number, declared: number): Promise<Point | undefined> {
    suggester ??= samplerPlan.start({
      space: plan.flat,
      encode: plan.encode,
      directions: definition.directions,
      seed: definition.seed,
    })
    const current = suggester
    const pace = createPace()
    const points: Point[] = []
    const finished: FinishedPoint[] = []
    for (; asked < number; asked++) {
      points.push(core.point(projection.entries[asked] as Entry))
      await pace()
    }
    const wanted = samplerPlan.usesValues ? declared : 0
    for (; settled < wanted; settled++) {
      finished.push(finishedPoint(core, projection.settled.trial(settled) as Entry))
      await pace()
    }
    return current.suggest(points, finished)
  }

  function close(): void {
    suggester?.close()
    suggester = undefined
    asked = 0
    settled = 0
  }

  return {
    async suggest(number, declared) {
      try {
        return await suggest(number, declared)
      } catch (error) {
        // who knows what it has taken: the next one begins anew
        close()
        throw error
      }
    },
    close,
  }
}

function finishedPoint(core: Core, entry: Entry): FinishedPoint {
  return {
    number: entry.number,
    status: entry.status as FinishedPoint['status'],
    values: entry.values,
    violation: entry.violation,
    step: lastOf(core.pruner, entry)?.step ?? Number.NaN,
  }
}
