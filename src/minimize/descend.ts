import { type NativeMinimizer, unwrapLater } from '../native/index.ts'
import type { Companions } from '../schedule/fed.ts'
import type { Clock } from '../train/clock.ts'
import { createRows } from '../train/rows.ts'
import type { RunContext } from '../train/run.ts'
import { createWatch } from './convergence.ts'
import type { MinimizePlan } from './options.ts'
import { strideOf, type TrailPart, trailPart } from './trail.ts'

/** A chunk is this long, so that cancelling is quick and the event loop idle. */
const CHUNK = 50
/** While somebody looks, chunks are shorter. */
const WATCHED = 10
/** No more rows of numbers are computed ahead than this. */
const AHEAD = 4096
/** No more parameters come back from one chunk than this. */
const RECORDED = 2 ** 22

/** How a minimisation ended. */
export type MinimizeStatus = 'completed' | 'converged' | 'diverged' | 'stopped'

/** Where it ended. */
export interface Descent {
  readonly status: MinimizeStatus
  readonly parameters: Float32Array
  /** Steps taken. */
  readonly steps: number
  /** The objective at the parameters, where it is known. */
  readonly value: number | undefined
}

/** Pulls chunks of steps until the last one, convergence, divergence or a stop; `aborted` throws when it should end otherwise. */
export async function descend(
  minimizer: NativeMinimizer,
  plan: MinimizePlan,
  companions: Companions,
  start: Float32Array,
  context: RunContext<TrailPart>,
  aborted: () => void,
): Promise<Descent> {
  const { stepsPerEpoch } = minimizer
  const { length } = start
  const clock = evenClock(plan.steps, stepsPerEpoch)
  const rows = createRows(plan.optimizer, minimizer.hyperparameters, clock, companions)
  const watch = createWatch(plan.tolerance, stepsPerEpoch)
  const stride = strideOf(plan.steps, length)
  const most = Math.max(1, Math.floor(RECORDED / length))
  let ahead = 64
  let done = 0
  let parameters = start
  /** What the last step with finite numbers started from. */
  let good = { parameters: start, value: Number.NaN }
  for (let chunk = 0; done < plan.steps; chunk++) {
    if (context.stopped) return { status: 'stopped', parameters, steps: done, value: undefined }
    const watched = context.watched
    // a watcher sees the first steps one by one, then in groups that grow
    const limit = watched ? 2 ** Math.min(chunk, 20) : most
    // schedules that are fed by what an epoch gave wait for its end
    const fed = companions.list.length > 0 ? clock.at(done).left : most
    const wanted = Math.min(plan.steps - done, limit, fed, most, rows.constant ? most : ahead)
    const began = performance.now()
    const row = rows.fill(done, wanted)
    const result = await unwrapLater(minimizer.advance(row, wanted, watched ? WATCHED : CHUNK, true))
    aborted()
    const { values, diverged } = result
    const after = result.parameters ?? new Float32Array(0)
    let taken = result.steps
    for (let step = 0; step < taken && !watch.converged; step++) {
      const loss = watch.next(values[step] ?? Number.NaN)
      if (loss !== undefined) for (const companion of companions.list) companion.observe({ loss })
      if (watch.converged) taken = step + 1
    }
    const at = (step: number): Float32Array =>
      step === 0 ? parameters : after.slice((step - 1) * length, step * length)
    context.emit(trailPart(done, parameters, values.subarray(0, taken), after, stride))
    if (taken > 0) good = { parameters: at(taken - 1), value: values[taken - 1] ?? Number.NaN }
    if (diverged && !watch.converged) return { status: 'diverged', ...good, steps: done + taken }
    parameters = at(taken)
    done += taken
    if (watch.converged) return { status: 'converged', parameters, steps: done, value: undefined }
    const pace = result.steps / Math.max(performance.now() - began, 0.01)
    ahead = Math.max(1, Math.min(AHEAD, Math.ceil(pace * CHUNK), ahead * 4))
  }
  return { status: 'completed', parameters, steps: done, value: undefined }
}

function evenClock(totalSteps: number, stepsPerEpoch: number): Clock {
  return {
    totalSteps,
    before: (epoch) => (epoch - 1) * stepsPerEpoch,
    at: (step) => ({
      epoch: Math.floor(step / stepsPerEpoch) + 1,
      stepsPerEpoch,
      left: stepsPerEpoch - (step % stepsPerEpoch),
    }),
  }
}
