import type { StudyLog } from '../../storage/storage.ts'
import { type Deferred, defer } from '../../train/defer.ts'
import type { Projection } from './projection.ts'

/** Events are read so many at a time, so that the event loop is not held up. */
const BATCH = 2048
/** How long others are waited for at a time, in milliseconds. */
const PATIENCE = 250
/** A pause where there is news that changes nothing, in milliseconds. */
const PAUSE = 20

/** Brings a projection what others wrote, and wakes who waits for anything to happen. */
export class Follower {
  readonly #log: StudyLog
  readonly #projection: Projection
  #news: Deferred<void> = defer()
  #refreshing: Promise<boolean> | undefined
  #following: Promise<void> | undefined
  /** Grows whenever something happens that somebody may wait for. */
  turn = 0
  /** There may be trials whose worker is gone. */
  suspicious = true

  constructor(log: StudyLog, projection: Projection) {
    this.#log = log
    this.#projection = projection
  }

  /** Applies what the log has beyond what is known; false when that is nothing. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** As {@link refresh}, of all that was written before this call: a read under way may have begun before. */
  async readOn(): Promise<boolean> {
    await this.#refreshing
    return this.refresh()
  }

  async #refresh(): Promise<boolean> {
    const before = this.#projection.sequence
    for (;;) {
      const events = await this.#log.read(this.#projection.sequence, BATCH)
      for (const event of events) this.#projection.apply(event)
      if (events.length < BATCH) break
    }
    const news = this.#projection.sequence > before
    if (news) this.wake()
    return news
  }

  /** Tells all who wait for news. */
  wake(): void {
    this.turn++
    const old = this.#news
    this.#news = defer()
    old.resolve()
  }

  /** Resolves when something has happened since a turn: here, or, where somebody else runs trials, there. */
  async news(turn: number): Promise<void> {
    if (turn !== this.turn) return
    const local = this.#news.promise
    const { entries, running } = this.#projection
    const others = [...running].some((number) => entries[number]?.worker !== this.#log.worker)
    if (!others) {
      await local
      return
    }
    this.#following ??= this.changed().finally(() => {
      this.#following = undefined
    })
    await Promise.race([local, this.#following])
  }

  /** Waits a while for somebody to write, and reads it. */
  async changed(): Promise<void> {
    if (!(await this.#log.changed(this.#projection.sequence, PATIENCE))) return
    this.suspicious = true
    // an orphan that nobody here will take would be news without end
    if (!(await this.refresh())) await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}
