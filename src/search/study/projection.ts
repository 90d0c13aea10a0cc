import type { Outcome, StudyEvent } from '../../storage/storage.ts'
import { type DeclaredHistory, type Direction, isBetter, Settled, stands } from '../history.ts'
import type { Json } from '../json.ts'
import { addNote, beginAgain, type Entry, newEntry, OURS, setAttribute, violationOf } from './record.ts'
import { EMPTY, foldStep, insert } from './series.ts'

/** What the projection needs to know of its study. */
export interface ProjectionStart {
  /** This worker's name in the log. */
  readonly worker: string
  readonly direction: Direction
  /** Trials settle in the order of the log rather than of their numbers. */
  readonly asynchronous: boolean
  /** Called when the study's definition was replaced. */
  readonly redefined: (definition: string) => void
  /** Called when a trial that had settled runs again: it was told here, but belonged to somebody else. */
  readonly retracted: () => void
}

/**
 * Trials as the events of a log make them. Own writes are applied at once and again, without effect, when the log brings
 * them; so opening, following and writing are the same few lines.
 */
export class Projection {
  readonly #start: ProjectionStart
  readonly entries: Entry[] = []
  /** Parameters bound to numbers that have not begun, as JSON text. */
  readonly bound: Map<number, string> = new Map()
  readonly settled: Settled
  /** Numbers of running trials. */
  readonly running: Set<number> = new Set()
  /** The last event that was applied. */
  sequence = 0
  /** Grows with each change. */
  version = 0
  #best: Entry | undefined

  constructor(start: ProjectionStart) {
    this.#start = start
    this.settled = new Settled(start.direction)
  }

  /** The best completed trial within the constraints, the first of equals; of one direction. */
  get best(): Entry | undefined {
    return this.#best
  }

  /** What a decision about a trial may look at. */
  history(count: number): DeclaredHistory {
    return this.settled.view(count)
  }

  /** Applies an event that the log brought. */
  apply(event: StudyEvent): void {
    this.sequence = event.sequence
    this.version++
    switch (event.kind) {
      case 'ask':
        this.begin(event.trial, event.params, event.worker, event.time)
        return
      case 'enqueue':
        if (event.trial >= this.entries.length) this.bound.set(event.trial, event.params)
        return
      case 'definition':
        this.#start.redefined(event.definition)
        return
    }
    const entry = this.entries[event.trial] as Entry
    if (event.kind === 'attempt') {
      if (event.attempt > entry.attempt) this.again(entry, event.attempt, event.worker, event.time)
      return
    }
    if (event.attempt !== entry.attempt) return
    const own = entry.worker === this.#start.worker
    switch (event.kind) {
      case 'report':
        if (!own)
          for (const [index, step] of event.steps.entries()) this.report(entry, step, event.values[index] as number)
        return
      case 'note':
        if (!own) addNote(entry, event.text)
        return
      case 'attribute':
        // what is ours is written behind the back of the entry
        if (!own || event.key.startsWith(OURS)) setAttribute(entry, event.key, JSON.parse(event.value) as Json)
        return
      case 'tell':
        if (entry.status === 'running') this.tell(entry, event, event.time)
        if (this.#start.asynchronous) this.settled.add(entry as Entry & { status: Outcome['status'] })
    }
  }

  /** A trial was begun. */
  begin(number: number, text: string, worker: string, time: number): Entry {
    const there = this.entries[number]
    if (there !== undefined) return there
    const entry = newEntry(number, text, worker, time)
    this.entries.push(entry)
    this.running.add(number)
    this.bound.delete(number)
    this.version++
    return entry
  }

  /** A trial was taken by another worker. */
  again(entry: Entry, attempt: number, worker: string, time: number): void {
    const told = entry.status !== 'running'
    beginAgain(entry, attempt, worker, time)
    if (told) this.#retract(entry)
    this.version++
  }

  /** A trial that was told runs after all. */
  #retract(entry: Entry): void {
    this.running.add(entry.number)
    if (this.#best === entry) {
      this.#best = undefined
      for (const other of this.entries) this.#rank(other)
    }
    // in the order of the log there are only outcomes that it has
    if (this.#start.asynchronous || this.settled.count <= entry.number) return
    this.settled.cut(entry.number)
    this.#start.retracted()
  }

  /** A number by step, or by fold below 0; false when there is one already. */
  report(entry: Entry, step: number, value: number): boolean {
    this.version++
    const kind = step < 0 ? 'folds' : 'steps'
    if (entry[kind] === EMPTY) entry[kind] = { steps: [], values: [] }
    return insert(entry[kind], step < 0 ? foldStep(step) : step, value)
  }

  /** A trial was told. */
  tell(entry: Entry, { status, values, constraints, reason }: Outcome, time: number, error?: unknown): void {
    entry.status = status
    entry.values = values ?? []
    entry.constraints = constraints
    entry.reason = reason
    entry.finished = time
    entry.error = error
    entry.violation = violationOf(constraints)
    this.running.delete(entry.number)
    this.version++
    this.#rank(entry)
    if (this.#start.asynchronous) return
    for (let next = this.entries[this.settled.count]; next !== undefined; next = this.entries[this.settled.count]) {
      if (next.status === 'running') return
      this.settled.add(next as Entry & { status: Outcome['status'] })
    }
  }

  #rank(entry: Entry): void {
    if (!stands(entry)) return
    const [value, best] = [entry.values[0] as number, this.#best?.values[0]]
    const { direction } = this.#start
    const earlier = value === best && entry.number < (this.#best as Entry).number
    if (best === undefined || earlier || isBetter(value, best, direction)) this.#best = entry
  }
}
