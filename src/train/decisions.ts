import { type NativeTrainer, unwrapLater } from '../native/index.ts'
import type { Companions } from '../schedule/fed.ts'
import { createJournal } from './checkpoint.ts'
import { createStopper } from './earlyStopping.ts'
import type { EpochRecord } from './history.ts'
import type { FitPlan } from './options.ts'

/** What is decided when an epoch ends. */
export interface Decisions {
  /** Something is: chunks of steps must end where epochs do. */
  readonly each: boolean
  /** Takes the record of an epoch of an earlier process. */
  replay(record: EpochRecord): void
  /** Takes the record of the epoch that has just ended. */
  after(record: EpochRecord): Promise<void>
  /** The run is over, whatever epochs are left. */
  readonly over: boolean
  readonly bestEpoch: number | undefined
}

/** The decisions of one run. `model` is what a checkpoint says about its model. */
export function createDecisions(
  trainer: NativeTrainer,
  plan: FitPlan,
  companions: Companions,
  model: () => string,
): Decisions {
  const { checkpoint, earlyStopping, epochs, measures } = plan
  const stopper = earlyStopping && createStopper(earlyStopping)
  const journal = checkpoint && createJournal()
  const observe = (record: EpochRecord): boolean => {
    for (const companion of companions.list) companion.observe(record)
    journal?.add(record)
    return stopper?.observe(record) ?? false
  }
  return {
    // metrics of the caller need the rows of an epoch when it ends
    each:
      checkpoint !== undefined ||
      stopper !== undefined ||
      companions.list.length > 0 ||
      measures.some(({ custom }) => custom !== undefined),
    replay(record) {
      observe(record)
    },
    async after(record) {
      const best = observe(record)
      if (best && earlyStopping?.restoreBest) await unwrapLater(trainer.keep())
      if (checkpoint === undefined || journal === undefined) return
      const last = record.epoch === epochs || stopper?.exhausted
      if (!last && record.epoch % checkpoint.every !== 0) return
      await unwrapLater(trainer.save(checkpoint.path, model(), journal.text()))
    },
    get over() {
      return stopper?.exhausted ?? false
    },
    get bestEpoch() {
      return stopper?.bestEpoch
    },
  }
}
