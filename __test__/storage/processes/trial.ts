import { setTimeout as sleep } from 'node:timers/promises'
import type { StudyEvent, StudyLog } from '../../../src/storage/storage.ts'

/** What trial `number` is, whoever runs it. */
export const paramsOf = (number: number): string => JSON.stringify({ x: number / 7, kind: number % 3 })
export const resultOf = (number: number): number => (number / 7) * (number % 3) - number

/** What a worker has seen of a study. */
export interface Seen {
  sequence: number
  begun: number
  readonly attempts: number[]
  readonly finished: Set<number>
}

export const unseen = (): Seen => ({ sequence: 0, begun: 0, attempts: [], finished: new Set() })

/** Reads what is new. */
export async function follow(log: StudyLog, seen: Seen): Promise<readonly StudyEvent[]> {
  const events = await log.read(seen.sequence, 100_000)
  for (const event of events) {
    seen.sequence = event.sequence
    if (event.kind === 'ask') seen.begun = seen.attempts.push(1)
    if (event.kind === 'attempt') seen.attempts[event.trial] = event.attempt
    if (event.kind === 'tell') seen.finished.add(event.trial)
  }
  return events
}

/** Works on a study until it has `trials` finished trials; `acknowledged` is called for each outcome that is safe. */
export async function work(
  log: StudyLog,
  trials: number,
  acknowledged: (trial: number, attempt: number) => void,
): Promise<void> {
  const seen = unseen()
  const run = async (trial: number, attempt: number): Promise<void> => {
    for (let step = 0; step < 5; step++) {
      log.report(trial, attempt, step, resultOf(trial) + step)
      await sleep(Math.random() * 12)
    }
    await log.tell(trial, attempt, { status: 'completed', values: [resultOf(trial)] })
    acknowledged(trial, attempt)
  }
  for (;;) {
    await follow(log, seen)
    if (seen.finished.size >= trials) return
    const [free] = await log.orphans()
    if (free !== undefined) {
      const attempt = (seen.attempts[free] ?? 0) + 1
      if (await log.take(free, attempt)) await run(free, attempt)
    } else if (seen.begun < trials) {
      const trial = seen.begun
      if (await log.ask(trial, paramsOf(trial))) await run(trial, 1)
    } else await log.changed(seen.sequence, 60_000)
  }
}
