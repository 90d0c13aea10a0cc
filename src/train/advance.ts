import { type NativeTrainer, unwrapLater } from '../native/index.ts'
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

/** Pulls chunks until the last step, a stop or divergence. `aborted` throws when it should end otherwise. */
export async function advance(
  trainer: NativeTrainer,
  plan: FitPlan,
  context: RunContext<EpochRecord>,
  history: EpochRecord[],
  aborted: () => void,
): Promise<Status> {
  const { stepsPerEpoch } = trainer
  const totalSteps = plan.epochs * stepsPerEpoch
  const rows = createRows(plan.optimizer, trainer.hyperparameters, stepsPerEpoch, totalSteps)
  let ahead = Math.min(stepsPerEpoch, 64)
  let done = 0
  for (let chunk = 0; done < totalSteps; chunk++) {
    if (context.stopped) return 'stopped'
    const watched = context.watched
    const milliseconds = watched ? WATCHED : CHUNK
    // a watcher sees the first epochs one by one, then in groups that grow
    const limit = watched ? stepsPerEpoch * 2 ** Math.min(chunk, 20) : totalSteps
    const steps = Math.min(totalSteps - done, limit, rows.constant ? 2 ** 31 : ahead)
    const began = performance.now()
    const result = await unwrapLater(trainer.advance(rows.fill(done, steps), steps, milliseconds))
    aborted()
    done += result.steps
    for (const epoch of result.epochs) {
      if (!epoch.complete) continue
      const record = epochRecord(plan, epoch)
      history.push(record)
      context.emit(record)
    }
    if (result.diverged) return 'diverged'
    const pace = result.steps / Math.max(performance.now() - began, 0.01)
    ahead = Math.max(1, Math.min(AHEAD, Math.ceil(pace * CHUNK), ahead * 4))
  }
  return 'completed'
}
