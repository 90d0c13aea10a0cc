import { frozen } from '../options.ts'
import { checkNumbers, checkOutcome, closed, stale } from './check.ts'
import type { FinalStatus, JsonText, StudyEvent, StudyLog, StudySummary } from './storage.ts'

interface MemoryTrial {
  attempt: number
  /** Who runs it; nobody when it is free to be taken. */
  worker: string | undefined
  status: FinalStatus | 'running'
}

/** What all logs of a study share. */
export interface MemoryStudy {
  readonly name: string
  readonly created: number
  definition: JsonText
  readonly events: StudyEvent[]
  /** Trials begun, by number. */
  readonly trials: MemoryTrial[]
  /** Parameters bound to the numbers that follow those begun, in order. */
  readonly bound: JsonText[]
  /** Running trials whose worker is gone. */
  readonly free: Set<number>
  /** Called after each change. */
  readonly listeners: Set<() => void>
  workers: number
}

/** A study without events. */
export function memoryStudy(name: string, definition: JsonText): MemoryStudy {
  return {
    name,
    created: Date.now(),
    definition,
    events: [],
    trials: [],
    bound: [],
    free: new Set(),
    listeners: new Set(),
    workers: 0,
  }
}

/** Its line in a list. */
export function summary({ name, created, trials }: MemoryStudy): StudySummary {
  const count = (status: MemoryTrial['status']): number => trials.filter((trial) => trial.status === status).length
  return {
    name,
    created,
    trials: trials.length,
    completed: count('completed'),
    pruned: count('pruned'),
    failed: count('failed'),
    running: count('running'),
  }
}

type Fields<E> = E extends unknown ? Omit<E, 'sequence'> : never

/** The longest time of a timer. */
const LONGEST = 2 ** 31 - 1

/** One worker's view of a study. */
export function openLog(study: MemoryStudy, ended: (log: StudyLog) => void): StudyLog {
  const { name, events, trials, bound, free, listeners } = study
  study.workers += 1
  const worker = `worker-${study.workers}`
  const waiting = new Set<() => void>()
  let open = true

  const check = (): void => {
    if (!open) throw closed(`study ${JSON.stringify(name)}`)
  }
  const tellAll = (): void => {
    for (const listener of [...listeners]) listener()
  }
  const append = (event: Fields<StudyEvent>): void => {
    // all readers are given the same objects
    events.push(frozen({ sequence: events.length + 1, ...event }))
    tellAll()
  }
  /** The trial, when this worker runs this attempt of it. */
  const mine = (trial: number, attempt: number): MemoryTrial | undefined => {
    const entry = trials[trial]
    return entry?.status === 'running' && entry.worker === worker && entry.attempt === attempt ? entry : undefined
  }
  const news = (sequence: number): boolean => events.length > sequence || free.size > 0

  const log: StudyLog = {
    name,
    worker,
    definition: study.definition,
    async read(sequence, limit) {
      check()
      return events.slice(sequence, sequence + limit)
    },
    async ask(trial, params) {
      check()
      if (trial !== trials.length || (bound.length > 0 && bound[0] !== params)) return false
      bound.shift()
      trials.push({ attempt: 1, worker, status: 'running' })
      append({ kind: 'ask', trial, worker, time: Date.now(), params })
      return true
    },
    async take(trial, attempt) {
      check()
      const entry = trials[trial]
      if (!entry || !free.has(trial) || attempt !== entry.attempt + 1) return false
      free.delete(trial)
      entry.attempt = attempt
      entry.worker = worker
      append({ kind: 'attempt', trial, attempt, worker, time: Date.now() })
      return true
    },
    release(trial, attempt) {
      const entry = open ? mine(trial, attempt) : undefined
      if (!entry) return
      entry.worker = undefined
      free.add(trial)
      tellAll()
    },
    report(trial, attempt, step, value) {
      check()
      checkNumbers('report', [step, value])
      if (mine(trial, attempt)) append({ kind: 'report', trial, attempt, steps: [step], values: [value] })
    },
    note(trial, attempt, text) {
      check()
      if (mine(trial, attempt)) append({ kind: 'note', trial, attempt, text })
    },
    attribute(trial, attempt, key, value) {
      check()
      if (mine(trial, attempt)) append({ kind: 'attribute', trial, attempt, key, value })
    },
    async tell(trial, attempt, outcome) {
      check()
      checkOutcome(outcome)
      const entry = mine(trial, attempt)
      if (!entry) throw stale(name, trial, attempt)
      const { status, values, constraints, reason } = outcome
      entry.status = status
      entry.worker = undefined
      append({
        kind: 'tell',
        trial,
        attempt,
        time: Date.now(),
        status,
        ...(values && { values: [...values] }),
        ...(constraints && { constraints: [...constraints] }),
        ...(reason !== undefined && { reason }),
      })
    },
    async enqueue(params) {
      check()
      const trial = trials.length + bound.length
      bound.push(params)
      append({ kind: 'enqueue', trial, params })
      return trial
    },
    async define(definition) {
      check()
      study.definition = definition
      append({ kind: 'definition', definition })
    },
    async orphans() {
      check()
      return [...free].sort((a, b) => a - b)
    },
    async changed(sequence, milliseconds) {
      check()
      if (news(sequence)) return true
      return new Promise((resolve) => {
        const settle = (result: boolean): void => {
          clearTimeout(timer)
          listeners.delete(look)
          waiting.delete(stop)
          resolve(result)
        }
        const look = (): void => {
          if (news(sequence)) settle(true)
        }
        const stop = (): void => settle(false)
        const timer = setTimeout(stop, Math.min(milliseconds, LONGEST))
        listeners.add(look)
        waiting.add(stop)
      })
    },
    async flush() {
      check()
    },
    async close() {
      if (!open) return
      open = false
      for (const stop of [...waiting]) stop()
      for (const [number, trial] of trials.entries()) {
        if (trial.worker !== worker) continue
        trial.worker = undefined
        free.add(number)
      }
      tellAll()
      ended(log)
    },
  }
  return log
}
