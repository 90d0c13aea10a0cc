import { DownslopeError } from '../../errors.ts'
import type { Outcome, StudyLog } from '../../storage/storage.ts'
import type { Follower } from './follower.ts'
import type { Projection } from './projection.ts'
import type { Entry } from './record.ts'

/** The study whose trials are told. */
export interface OutcomesStart {
  readonly log: StudyLog
  readonly projection: Projection
  readonly follower: Follower
  readonly closed: boolean
}

/** Writes what came of trials, and remembers when that did not arrive. */
export class Outcomes {
  readonly #study: OutcomesStart
  #failure: { readonly error: unknown } | undefined

  constructor(study: OutcomesStart) {
    this.#study = study
  }

  /** Throws when something that was written did not arrive. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /**
   * Ends a trial: known at once, resolves when it is safe. When it belongs to somebody else by now this rejects, and the trial is
   * what the log makes of it; any other rejection ends the study.
   */
  tell(entry: Entry, outcome: Outcome, error: unknown): Promise<void> {
    const { log, projection, follower } = this.#study
    const { attempt } = entry
    projection.tell(entry, outcome, Date.now(), error)
    const written = log.tell(entry.number, attempt, outcome).catch(async (cause: unknown) => {
      if (this.lost(cause)) await this.#giveUp(entry, attempt)
      else this.#failure ??= { error: cause }
      follower.wake()
      throw cause
    })
    // whoever told it is told; the study knows by itself
    written.catch(() => {})
    follower.wake()
    return written
  }

  /** Whether `tell` was rejected only because the attempt is no longer the trial's last. */
  lost(error: unknown): boolean {
    const open = !this.#study.closed && this.#failure === undefined
    return open && DownslopeError.is(error) && error.code === 'ERR_CLOSED'
  }

  async #giveUp(entry: Entry, attempt: number): Promise<void> {
    const { projection, follower } = this.#study
    try {
      // the first may have been under way when the trial was taken
      await follower.refresh()
      if (entry.attempt === attempt) await follower.refresh()
      if (entry.attempt === attempt) projection.again(entry, attempt, entry.worker, entry.started)
      follower.suspicious = true
    } catch (error) {
      this.#failure ??= { error }
    }
  }
}
