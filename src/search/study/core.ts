import { setMaxListeners } from 'node:events'
import { createPace } from '../../data/source.ts'
import { DownslopeError } from '../../errors.ts'
import type { Connection, StudyLog } from '../../storage/storage.ts'
import type { DeclaredHistory } from '../history.ts'
import { type Pruner, readPruner } from '../pruners/index.ts'
import type { PrunerPlan } from '../pruners/pruner.ts'
import { readSampler } from '../samplers/index.ts'
import type { Sampler, SamplerPlan } from '../samplers/sampler.ts'
import { type SearchSpace, type SpacePlan, spaceFrom, spacePlan } from '../space/searchSpace.ts'
import type { StopContext, StoppingPlan } from '../stopping/stopping.ts'
import { type Definition, parseDefinition } from './definition.ts'
import { createFeed, type Feed } from './feed.ts'
import { Follower } from './follower.ts'
import { Outcomes } from './outcomes.ts'
import { Projection } from './projection.ts'
import { type Entry, recordOf, type TrialRecord } from './record.ts'
import type { Trial } from './trial.ts'

/** Gives numbers that have to be at most 0. */
export type Constraints = (params: never, trial: Trial) => readonly number[]

/** What a study is opened with. */
export interface CoreStart {
  readonly connection: Connection
  readonly log: StudyLog
  readonly definition: Definition
  /** As it was given, in the order in which it was declared; where it is that of the definition it is taken. */
  readonly space: SearchSpace | undefined
  readonly sampler: Sampler
  readonly pruner: Pruner
  readonly constraints: Constraints | undefined
}

/** When a further trial may be begun. */
export interface BeginRules {
  /** False when there shall be no further trial, not even one whose worker is gone. */
  readonly open: () => boolean
  /** False when the number is beyond what was asked for. */
  readonly may: (number: number) => boolean
  readonly stopping: readonly StoppingPlan[]
  /** Whether trials of workers that are gone are looked for, even where nothing points to them. */
  readonly orphans: boolean
  /** Called as soon as there is a trial, before anybody else's turn. */
  readonly begun: () => void
}

/** What came of it: a trial, the number of a trial that has to be finished first, or why there is none. */
export type Begun = Entry | { readonly awaits: number } | 'exhausted' | 'stopped' | 'enough'

/** What is behind a study: its log, its projection, and who decides what is next. */
export class Core {
  readonly name: string
  readonly log: StudyLog
  readonly projection: Projection
  readonly follower: Follower
  readonly outcomes: Outcomes
  readonly sampler: Sampler
  readonly prunerValue: Pruner
  readonly pruner: PrunerPlan
  readonly samplerPlan: SamplerPlan
  readonly constraints: Constraints | undefined
  readonly #connection: Connection
  definition: Definition
  space: SearchSpace
  plan: SpacePlan
  closed = false
  /** Runs that end when the study is closed. */
  readonly closing: AbortController = new AbortController()
  #feed: Feed
  #last: Promise<unknown> = Promise.resolve()
  /** Timers run now and then; answers of native threads that follow each other closely are handed out within one turn. */
  readonly #breathe = createPace(2)

  constructor({ connection, log, definition, space, sampler, pruner, constraints }: CoreStart) {
    this.name = log.name
    this.log = log
    this.#connection = connection
    this.definition = definition
    const kept = spaceFrom(definition.space)
    this.space = space?.hash === kept.hash ? space : kept
    this.plan = spacePlan('study', this.space)
    this.sampler = sampler
    this.samplerPlan = readSampler('study', sampler).plan
    this.prunerValue = pruner
    this.pruner = readPruner('study', pruner).plan
    this.constraints = constraints
    // everybody who asked for a trial may listen
    setMaxListeners(0, this.closing.signal)
    this.projection = new Projection({
      worker: log.worker,
      direction: definition.directions[0] ?? 'minimize',
      asynchronous: this.asynchronous,
      redefined: (text) => this.#redefine(parseDefinition('study', log.name, text)),
      retracted: () => this.#feedAnew(),
    })
    this.follower = new Follower(log, this.projection)
    this.outcomes = new Outcomes(this)
    this.#feed = createFeed(this)
  }

  get asynchronous(): boolean {
    return this.definition.mode === 'asynchronous'
  }

  /** Throws when the study is closed, or something that was written did not arrive. */
  check(where: string): void {
    this.outcomes.check()
    if (this.closed) throw new DownslopeError('ERR_CLOSED', `${where}: the study '${this.name}' is closed`)
  }

  /** Parameters of a trial. */
  params(entry: Entry): Readonly<Record<string, unknown>> {
    // points are kept for samplers: who only looks at trials needs no second copy of each
    entry.params ??= this.plan.decode(entry.point ?? encoded(this, entry))
    return entry.params
  }

  /** The point of a trial in the space as it is now. */
  point(entry: Entry): Float64Array {
    entry.point ??= encoded(this, entry)
    return entry.point
  }

  record(entry: Entry): TrialRecord {
    return recordOf(entry, this.params(entry))
  }

  /** How many finished trials a decision about a trial may look at, in the order in which they settle. */
  declared(number: number): number {
    return this.asynchronous ? this.projection.settled.count : Math.max(0, number - this.definition.lag + 1)
  }

  /** What a decision about a trial may look at; it was begun when all of it was finished. */
  history(number: number): DeclaredHistory {
    return this.projection.history(Math.min(this.declared(number), this.projection.settled.count))
  }

  /** Begins the next trial, or takes one whose worker is gone. Calls are answered in their order. */
  begin(rules: BeginRules): Promise<Begun> {
    const result = this.#last.then(() => this.#begin(rules))
    this.#last = result.catch(() => {})
    return result
  }

  async #begin(rules: BeginRules): Promise<Begun> {
    for (;;) {
      await this.#breathe()
      this.check('study')
      if (!rules.open()) return 'enough'
      const orphan = rules.orphans || this.follower.suspicious ? await this.#take(rules) : undefined
      if (orphan !== undefined) {
        rules.begun()
        return orphan
      }
      const number = this.projection.entries.length
      if (!rules.may(number)) return 'enough'
      if (this.asynchronous) {
        // an own outcome that is still on its way was written before this reads
        await this.follower.readOn()
        if (number !== this.projection.entries.length) continue
      }
      const awaits = this.#awaits(number, rules)
      if (awaits !== undefined) {
        const others = this.projection.entries[awaits]?.worker !== this.log.worker
        if (others && (await this.follower.refresh())) continue
        return { awaits }
      }
      if (rules.stopping.length > 0 && (await this.#stops(number, rules.stopping))) return 'stopped'
      // both now: what comes in while the sampler is fed is for the next trial
      const [seen, declared] = [this.projection.sequence, this.declared(number)]
      const text = this.projection.bound.get(number) ?? (await this.#suggest(number, declared))
      if (text === 'outdated') continue
      if (text === 'exhausted') return text
      if (number !== this.projection.entries.length) continue
      if (await this.log.ask(number, text)) {
        const entry = this.projection.begin(number, text, this.log.worker, Date.now())
        rules.begun()
        if (this.asynchronous) this.log.attribute(number, 1, 'downslope:seen', String(seen))
        return entry
      }
      // somebody was faster, or bound other parameters to it
      if (!(await this.follower.refresh())) await this.follower.changed()
    }
  }

  async #stops(number: number, stopping: readonly StoppingPlan[]): Promise<boolean> {
    const context: StopContext = {
      history: this.history(number),
      direction: this.definition.directions[0] ?? 'minimize',
      space: this.plan.flat,
      point: (trial) => this.point(trial as Entry),
      study: this.projection,
    }
    for (const rule of stopping) if (await rule.stop(context)) return true
    return false
  }

  /** JSON text of parameters; `'outdated'` when the space or the history was replaced meanwhile. */
  async #suggest(number: number, declared: number): Promise<string> {
    const [feed, plan] = [this.#feed, this.plan]
    let point: Float64Array | undefined
    try {
      point = await feed.suggest(number, declared)
    } catch (error) {
      this.check('study')
      if (feed === this.#feed) throw error
    }
    this.check('study')
    if (feed !== this.#feed) return 'outdated'
    return point === undefined ? 'exhausted' : JSON.stringify(plan.decode(point))
  }

  /** Whether trials wait for others to be finished: then no more than `lag` ever run. */
  waits(stopping: readonly StoppingPlan[]): boolean {
    return !this.asynchronous && (this.samplerPlan.usesValues || this.pruner.usesHistory || stopping.length > 0)
  }

  /** The first trial that has to be finished before this one may begin. */
  #awaits(number: number, { stopping }: BeginRules): number | undefined {
    if (!this.waits(stopping)) return undefined
    const { count } = this.projection.settled
    return count < this.declared(number) ? count : undefined
  }

  async #take({ may }: BeginRules): Promise<Entry | undefined> {
    this.follower.suspicious = false
    const numbers = await this.log.orphans()
    for (const number of numbers) {
      if (!may(number)) continue
      await this.follower.refresh()
      const entry = this.projection.entries[number]
      if (entry === undefined || entry.status !== 'running') continue
      const attempt = entry.attempt + 1
      if (await this.log.take(number, attempt)) {
        this.projection.again(entry, attempt, this.log.worker, Date.now())
        // what is new may have to wait for the others
        if (number !== numbers.at(-1)) this.follower.suspicious = true
        return entry
      }
    }
    return undefined
  }

  /** Gives a trial back, to be run again by whoever asks next. */
  release(entry: Entry): void {
    if (this.closed || entry.status !== 'running' || entry.worker !== this.log.worker) return
    this.log.release(entry.number, entry.attempt)
    this.follower.suspicious = true
    this.follower.wake()
  }

  /** Replaces the space by a wider one. */
  async widen(space: SearchSpace, text: string): Promise<void> {
    await this.log.define(text)
    this.#redefine({ ...this.definition, space: space.config })
  }

  #redefine(definition: Definition): void {
    const space = spaceFrom(definition.space)
    this.definition = definition
    if (space.hash === this.space.hash) return
    this.space = space
    this.plan = spacePlan('study', space)
    // coordinates are those of the space
    for (const entry of this.projection.entries) entry.point = undefined
    this.#feedAnew()
  }

  /** A sampler that knows nothing; what is under way with the old one is outdated. */
  #feedAnew(): void {
    this.#feed.close()
    this.#feed = createFeed(this)
  }

  /** Ends what runs, then frees; idempotent. */
  async close(): Promise<void> {
    if (this.closed) return this.#connection.close()
    this.closed = true
    this.closing.abort(new DownslopeError('ERR_CLOSED', `the study '${this.name}' was closed`))
    this.follower.wake()
    this.#feed.close()
    try {
      await this.log.close()
    } finally {
      await this.#connection.close()
    }
  }
}

function encoded({ name, plan }: Core, entry: Entry): Float64Array {
  return plan.encode(`study '${name}', trial ${entry.number}`, JSON.parse(entry.text))
}
