import { availableParallelism } from 'node:os'
import { readInteger, refuse } from '../options.ts'

/** More workers than this is a slip. */
const CROWD = 4096

/** Reads the option `workers`: how much is done at once; default the cores. */
export function readWorkers(where: string, value: unknown): number {
  const workers = readInteger(where, 'workers', value, 1, availableParallelism())
  if (workers > CROWD) refuse(where, `workers must be at most ${CROWD}`, workers)
  return workers
}

/**
 * Does `count` things, at most `workers` at once, begun in order. The first that fails ends it: no other is begun, `cancel` is called,
 * and when those under way have ended it rejects with that error. `over` is asked before each: true begins no more.
 */
export async function inParallel(
  count: number,
  workers: number,
  task: (index: number) => Promise<void>,
  over: () => boolean,
  cancel: () => void,
): Promise<void> {
  let next = 0
  let failure: { readonly error: unknown } | undefined
  const work = async (): Promise<void> => {
    while (failure === undefined && next < count && !over()) {
      const index = next++
      try {
        await task(index)
      } catch (error) {
        if (failure === undefined) {
          failure = { error }
          cancel()
        }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, count) }, work))
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error
}
