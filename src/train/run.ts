import { guarded } from '../options.ts'
import { defer } from './defer.ts'

/**
 * Work under way: awaitable for its result and iterable for its progress.
 *
 * It starts on the next tick, whether awaited or not. Each iterator replays from the start; `break` only stops looking. A
 * rejection counts as unhandled only if nobody awaits or iterates.
 */
export interface Run<Progress, Result> extends Promise<Result>, AsyncIterable<Progress> {
  /** Ends the work early; the result then has the status `'stopped'` and what there is. */
  stop(): void
}

/** What the work sees of its run. */
export interface RunContext<Progress> {
  /** Adds a record for all iterators. */
  emit(record: Progress): void
  /** Some iterator waits or may come back: what is decided between two records should be decided soon. */
  readonly watched: boolean
  /** `stop()` was called. */
  readonly stopped: boolean
  /** Called each time that `stop()` is. */
  onStop: (() => void) | undefined
}

/**
 * Reads the arguments of a call now, so that later changes to them do not matter, and starts work on them on the next tick. Complaints
 * come as a rejection.
 */
export function startJob<Job, Progress, Result>(
  where: string,
  read: () => Job,
  work: (job: Job, context: RunContext<Progress>) => Promise<Result>,
): Run<Progress, Result> {
  try {
    const job = guarded(where, 'ERR_OPTION', read)
    return startRun((context) => work(job, context))
  } catch (complaint) {
    return startRun(() => Promise.reject(complaint))
  }
}

/** Starts work on the next tick. */
export function startRun<Progress, Result>(
  work: (context: RunContext<Progress>) => Promise<Result>,
): Run<Progress, Result> {
  const records: Progress[] = []
  let finished = false
  let watchers = 0
  let news = defer<void>()
  let stopped = false
  const context: RunContext<Progress> = {
    emit(record) {
      records.push(record)
      wake()
    },
    get watched() {
      return watchers > 0
    },
    get stopped() {
      return stopped
    },
    onStop: undefined,
  }
  const wake = (): void => {
    const old = news
    news = defer()
    old.resolve()
  }
  const result = new Promise<void>((resolve) => process.nextTick(resolve))
    .then(() => work(context))
    .finally(() => {
      finished = true
      wake()
    })

  async function* iterate(): AsyncGenerator<Progress, void, undefined> {
    watchers += 1
    try {
      for (let next = 0; ; ) {
        if (next < records.length) yield records[next++] as Progress
        else if (finished) break
        else await news.promise
      }
      // whoever iterates learns of a failure here
      await result
    } finally {
      watchers -= 1
    }
  }

  return Object.assign(result, {
    stop(): void {
      stopped = true
      context.onStop?.()
    },
    [Symbol.asyncIterator](): AsyncGenerator<Progress, void, undefined> {
      result.catch(() => {})
      return iterate()
    },
  })
}
