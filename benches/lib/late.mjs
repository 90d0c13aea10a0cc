import { setTimeout as sleep } from 'node:timers/promises'

/** How late timers of 1 ms are, in ms, one after the other for as long as it is wanted. */
export async function lateness(wanted) {
  const late = []
  while (wanted()) {
    const begin = performance.now()
    await sleep(1)
    late.push(performance.now() - begin - 1)
  }
  return late
}
