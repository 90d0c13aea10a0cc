import { DownslopeError } from '../errors.ts'
import { coded, refuse } from '../options.ts'

/** Where rows come from. */
export interface RowIterator {
  next(): unknown
  return?: (() => unknown) | undefined
}

/** Starts to read an iterable. */
export function open(where: string, source: unknown): RowIterator {
  if (typeof source === 'object' && source !== null) {
    const { [Symbol.asyncIterator]: over, [Symbol.iterator]: now } = source as Record<symbol, unknown>
    const method = over ?? now
    if (typeof method === 'function') {
      const iterator: unknown = Reflect.apply(method, source, [])
      if (typeof iterator === 'object' && iterator !== null && typeof (iterator as RowIterator).next === 'function') {
        return iterator as RowIterator
      }
      return refuse(where, 'the iterator of the source must have a method next', iterator, 'ERR_DATA')
    }
  }
  return refuse(where, 'source must be an iterable or async iterable of rows', source, 'ERR_DATA')
}

/** Reads what `next()` gave. */
export function readResult(where: string, result: unknown): { done: boolean; value: unknown } {
  if (typeof result !== 'object' || result === null)
    refuse(where, 'next() of the source must give objects', result, 'ERR_DATA')
  const { done, value } = result as IteratorResult<unknown>
  return { done: Boolean(done), value: done ? undefined : value }
}

/** The error for a source that threw. */
export function failed(where: string, rows: number, cause: unknown): DownslopeError {
  const { message } = coded(where, 'ERR_DATA', cause)
  const text = message.replace(
    'a value of the caller could not be used, it threw',
    `the source failed after ${rows} rows:`,
  )
  return new DownslopeError('ERR_DATA', text, { cause })
}

/** Tells the source that no more is wanted. One that is still busy when we abort is not waited for. */
export async function end(iterator: RowIterator, now: boolean): Promise<void> {
  try {
    const ending = Promise.resolve(iterator.return?.())
    ending.catch(() => {})
    if (!now) await ending
  } catch {
    // what went wrong first is what matters
  }
}

/** A promise that rejects when a signal aborts. */
export function abortOf(signal: AbortSignal): { promise: Promise<never>; release(): void } {
  let stop = (): void => {}
  const promise = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  promise.catch(() => {})
  return { promise, release: () => signal.removeEventListener('abort', stop) }
}

/** Lets the event loop turn when we have had it for so many milliseconds, 1 unless told. */
export function createPace(milliseconds = 1): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < milliseconds) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now()
        resolve()
      }),
    )
  }
}
