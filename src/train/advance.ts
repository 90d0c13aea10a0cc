import type { Naming } from '../metric/index.ts'
import { type NativeTrainer, unwrapLater } from '../native/index.ts'
import type { Companions } from '../schedule/fed.ts'
import type { Clock } from './clock.ts'
import type { Decisions } from './decisions.ts'
import { type EpochRecord, epochRecord } from './history.ts'
import type { FitPlan } from './options.ts'
import { createRows } from './rows.ts'
import type { RunContext } from './run.ts'

/** A chunk is this long, so that cancelling is quick and the event loop idle. */
const CHUNK = 50
/** While somebody looks at the progress, chunks are shorter: what he decides should not come much too late. */
const WATCHED = 10
/** No more rows of numbers are computed ahead than this. */
const AHEAD = 4096

/** How training ended. */
export type Status = 'completed' | 'stopped' | 'diverged'

/** What a run goes through. */
export interface Course {
  readonly clock: Clock
  readonly companions: Companions
  readonly decisions: Decisions
  /** Names what the engine measures. */
  readonly naming: Naming
  /** Records of the epochs that have ended, those of an earlier process first; grows. */
  readonly history: EpochRecord[]
}

/** Pulls chunks until the last step, a stop or divergence. `aborted` throws when it should end otherwise. */
export async function advance(
  trainer: NativeTrainer,
  plan: FitPlan,
  course: Course,
  context: RunContext<EpochRecord>,
  aborted: () => void,
): Promise<Status> {
  const { clock, companions, decisions, history } = course
  const { totalSteps } = clock
  const rows = createRows(plan.optimizer, trainer.hyperparameters, clock, companions)
  let done = clock.before(history.length + 1)
  let ahead = Math.min(clock.at(done).stepsPerEpoch, 64)
  for (let chunk = 0; done < totalSteps; chunk++) {
    if (context.stopped || decisions.over) return 'stopped'
    const watched = context.watched
    const milliseconds = watched ? WATCHED : CHUNK
    const { left, stepsPerEpoch } = clock.at(done)
    // a watcher sees the first epochs one by one, then in groups that grow
    const seen = watched ? stepsPerEpoch * 2 ** Math.min(chunk, 20) : totalSteps
    // a function of the caller may turn out to be fed only now
    const limit = decisions.each || companions.list.length > 0 ? Math.min(left, seen) : seen
    const steps = Math.min(totalSteps - done, limit, rows.constant ? 2 ** 31 : ahead)
    const began = performance.now()
    const result = await unwrapLater(trainer.advance(rows.fill(done, steps), steps, milliseconds))
    aborted()
    done += result.steps
    for (const epoch of result.epochs) {
      if (!epoch.complete) continue
      const record = epochRecord(course.naming, epoch)
      history.push(record)
      await decisions.after(record)
      // told when it is durable
      context.emit(record)
    }
    aborted()
    if (result.diverged) return 'diverged'
    const pace = result.steps / Math.max(performance.now() - began, 0.01)
    ahead = Math.max(1, Math.min(AHEAD, Math.ceil(pace * CHUNK), ahead * 4))
  }
  return decisions.over ? 'stopped' : 'completed'
}
