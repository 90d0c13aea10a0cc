import { setMaxListeners } from 'node:events'
import type { Dataset } from '../data/dataset.ts'
import type { DrawnFold } from '../data/drawn.ts'
import type { RunContext } from '../train/run.ts'
import { inParallel } from './parallel.ts'
import type { ValidationPlan } from './validation/validation.ts'

/** What work on folds needs. */
export interface FoldsJob {
  /** A view of our own, closed at the end. */
  readonly data: Dataset
  readonly validation: ValidationPlan
  readonly seed: number
  readonly workers: number
  readonly signal: AbortSignal | undefined
}

/** Threads for each of so many things, of which `workers` are done at once. */
export function threadsFor(workers: number, count: number): number {
  return Math.max(1, Math.floor(workers / Math.max(count, 1)))
}

/** Frees views. */
export function closeFolds(folds: readonly DrawnFold[]): void {
  for (const { train, validation } of folds) {
    train.close()
    validation.close()
  }
}

/**
 * Draws the folds of a job and does something with each, `times` over all of them: index i is fold i % folds. Ended by an error, by abort, and by
 * `stop()`, after which what is under way is given up.
 */
export async function withFolds(
  where: string,
  { data, validation, seed, workers, signal }: FoldsJob,
  context: Pick<RunContext<unknown>, 'stopped'> & { onStop: (() => void) | undefined },
  task: (fold: DrawnFold, index: number, signal: AbortSignal) => Promise<void>,
  times = 1,
): Promise<void> {
  const inner = new AbortController()
  // every fold under way listens
  setMaxListeners(0, inner.signal)
  const abort = (): void => inner.abort(signal?.reason)
  let folds: readonly DrawnFold[] = []
  try {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', abort, { once: true })
    context.onStop = () => inner.abort(STOPPED)
    folds = await validation.draw(where, data, { seed, path: [] })
    signal?.throwIfAborted()
    const one = async (index: number): Promise<void> => {
      try {
        await task(folds[index % folds.length] as DrawnFold, index, inner.signal)
      } catch (error) {
        if (error !== STOPPED) throw error
      }
    }
    await inParallel(
      folds.length * times,
      workers,
      one,
      () => context.stopped,
      () => inner.abort(STOPPED),
    )
  } finally {
    signal?.removeEventListener('abort', abort)
    closeFolds(folds)
    validation.close()
    data.close()
  }
}

/** The reason of runs that are given up because nobody wants their result. */
const STOPPED = new Error('stopped')
