import { setImmediate } from 'node:timers/promises'

/** Everything else on the event loop has its turn after so many milliseconds of trials that take no time. */
const TURN = 2

/**
 * What lets timers run now and then. Answers of native threads that follow each other closely are handed out within one turn of
 * the event loop, up to a thousand of them.
 */
export function createBreath(): () => Promise<void> {
  let turn = 0
  return async () => {
    if (performance.now() - turn < TURN) return
    await setImmediate()
    turn = performance.now()
  }
}
