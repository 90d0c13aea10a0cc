import { type NativeLog, type NativeStore, unwrap, unwrapLater } from '../native/index.ts'
import { checkNumbers, checkOutcome, closed } from './check.ts'
import type { StudyEvent, StudyLog } from './storage.ts'

/** Events that are parsed at once: a fraction of a millisecond. */
const PAGE = 256

/** One worker's view of a study in a file. */
export function openSqliteLog(store: NativeStore, name: string, opened: NativeLog, ended: () => void): StudyLog {
  const { log, worker, definition } = opened
  let closing: Promise<void> | undefined
  const check = (): void => {
    if (closing) throw closed(`study ${JSON.stringify(name)}`)
  }

  return {
    name,
    worker,
    definition,
    async read(sequence, limit) {
      check()
      const events: StudyEvent[] = []
      const page = (): ReturnType<NativeStore['read']> | undefined => {
        const size = Math.min(PAGE, limit - asked)
        if (size <= 0) return undefined
        asked += size
        return store.read(log, sequence + asked - size, size)
      }
      let asked = 0
      for (let next = page(); next !== undefined; ) {
        const text = unwrap(await next)
        // behind a full page there may be more: it is made while this one is parsed
        next = lastSequence(text) === sequence + asked ? page() : undefined
        events.push(...parse(text))
      }
      return events
    },
    async ask(trial, params) {
      check()
      return unwrapLater(store.ask(log, trial, params, Date.now()))
    },
    async take(trial, attempt) {
      check()
      return unwrapLater(store.take(log, trial, attempt, Date.now()))
    },
    release(trial, attempt) {
      if (!closing) store.release(log, trial, attempt)
    },
    report(trial, attempt, step, value) {
      check()
      checkNumbers('report', [step, value])
      store.report(log, trial, attempt, step, value)
    },
    note(trial, attempt, text) {
      check()
      store.note(log, trial, attempt, text)
    },
    attribute(trial, attempt, key, value) {
      check()
      store.attribute(log, trial, attempt, key, value)
    },
    async tell(trial, attempt, outcome) {
      check()
      checkOutcome(outcome)
      const { status, values, constraints, reason } = outcome
      const told = {
        status,
        ...(values && { values: [...values] }),
        ...(constraints && { constraints: [...constraints] }),
        ...(reason !== undefined && { reason }),
      }
      await unwrapLater(store.tell(log, trial, attempt, Date.now(), told))
    },
    async enqueue(params) {
      check()
      return unwrapLater(store.enqueue(log, params))
    },
    async define(text) {
      check()
      await unwrapLater(store.define(log, text))
    },
    async orphans() {
      check()
      return unwrapLater(store.orphans(log))
    },
    async changed(sequence, milliseconds) {
      check()
      return unwrapLater(store.changed(log, sequence, milliseconds))
    },
    async flush() {
      check()
      await unwrapLater(store.flush(log))
    },
    close() {
      closing ??= unwrapLater(store.closeLog(log)).finally(ended)
      return closing
    },
  }
}

/** The last sequence of a page, NaN of an empty one. Quotes within texts are escaped, so only events begin like this. */
function lastSequence(page: string): number {
  const begin = '{"sequence":'
  return Number.parseInt(page.slice(page.lastIndexOf(begin) + begin.length), 10)
}

/** Lists of numbers that events have; JSON has no infinities, they are strings in it. */
type Numbers = { [name in 'steps' | 'values' | 'constraints']?: (number | string)[] }
const lists = ['steps', 'values', 'constraints'] as const

function parse(text: string): StudyEvent[] {
  const events = JSON.parse(text) as Numbers[]
  // hardly any page has one
  if (!text.includes('Infinity"')) return events as unknown as StudyEvent[]
  for (const event of events) {
    for (const name of lists) {
      const list = event[name]
      if (list?.some((value) => typeof value === 'string')) event[name] = list.map(Number)
    }
  }
  return events as unknown as StudyEvent[]
}
