/**
 * What native work makes, or a rejection with the signal's reason as soon as that is aborted: work such as a split of
 * millions of rows has no point at which it could end early. What it makes after that is closed.
 */
export function orAbort<T extends { close(): void }>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      work.then(
        (late) => late.close(),
        () => {},
      )
      reject(signal.reason)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    const settled = (): void => signal.removeEventListener('abort', abort)
    work.then(
      (made) => {
        settled()
        if (!signal.aborted) resolve(made)
      },
      (error) => {
        settled()
        reject(error)
      },
    )
  })
}
