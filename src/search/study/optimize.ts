import { type Range, readInteger, readName, readNumber, readOptions, readSignal, refuse } from '../../options.ts'
import { type Run, type RunContext, startJob } from '../../train/run.ts'
import { readWorkers } from '../parallel.ts'
import { readStopping, type Stopping } from '../stopping/index.ts'
import type { StoppingPlan } from '../stopping/stopping.ts'
import type { Begun, Core } from './core.ts'
import { type Objective, runObjective } from './objective.ts'
import type { Entry, TrialRecord } from './record.ts'
import { TrialHandle } from './trial.ts'

/** Options of `study.optimize`. */
export interface OptimizeOptions {
  /** How many trials this call runs, an integer ≥ 0; default: without end, until something stops it. */
  readonly trials?: number
  /**
   * The call ends when the study has so many trials, whoever ran them, and all of them are finished, an integer ≥ 0: for several
   * processes at one study, or to go on with one. Trials of processes that ended are run again. Default: none.
   */
  readonly totalTrials?: number
  /** How many run at once in this process, an integer in [1, 4096]; default: as many as there are cores. No number depends on it. */
  readonly workers?: number
  /** After so many milliseconds, > 0, the call ends as by `.stop()`; default: never. */
  readonly timeout?: number
  /** A trial that takes longer than so many milliseconds, > 0, is `failed` for the reason `timeout`; default: never. */
  readonly trialTimeout?: number
  /** Rules of which one is enough to end the call; default: none. */
  readonly stopping?: Stopping | readonly Stopping[]
  /** What follows when the objective throws: the trial is `failed` in both cases, and with `'throw'` the call rejects with the error; default `'continue'`. */
  readonly onError?: 'continue' | 'throw'
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** What `study.optimize` resolves to. */
export interface OptimizeResult<P> {
  /** The best completed trial of the study within its constraints; with several directions see `study.bestTrials`. */
  readonly best: TrialRecord<P> | undefined
  /** The trials that this call finished, by number. */
  readonly trials: readonly TrialRecord<P>[]
  /** All trials were run, something ended it early, or every combination has been tried. */
  readonly status: 'completed' | 'stopped' | 'exhausted'
}

/** {@link OptimizeOptions}, all checked. */
export interface OptimizePlan {
  readonly trials: number
  /** The call ends when the study has so many trials, whoever runs them, and all are finished. */
  readonly total: number
  readonly workers: number
  readonly timeout: number | undefined
  readonly trialTimeout: number | undefined
  readonly stopping: readonly StoppingPlan[]
  readonly throws: boolean
  readonly signal: AbortSignal | undefined
}

/** The longest time of a timer. */
const LONGEST = 2 ** 31 - 1
const duration: Range = { text: `> 0 and at most ${LONGEST}`, holds: (value) => value > 0 && value <= LONGEST }

/** Reads the options for a study. */
export function readOptimize(where: string, options: unknown, core: Core): OptimizePlan {
  const read = readOptions(where, options, [
    'trials',
    'totalTrials',
    'workers',
    'timeout',
    'trialTimeout',
    'stopping',
    'onError',
    'signal',
  ])
  const time = (name: 'timeout' | 'trialTimeout'): number | undefined =>
    read[name] === undefined ? undefined : readNumber(where, name, read[name], duration)
  const stopping = readStopping(where, read.stopping)
  if (core.definition.directions.length > 1 && stopping.length > 0) {
    refuse(where, 'stopping must be left out with several directions', undefined)
  }
  for (const rule of stopping) rule.check?.(where, { space: core.plan.flat, folds: undefined })
  return {
    trials: readInteger(where, 'trials', read.trials, 0, Number.MAX_SAFE_INTEGER),
    total: readInteger(where, 'totalTrials', read.totalTrials, 0, Number.MAX_SAFE_INTEGER),
    workers: readWorkers(where, read.workers),
    timeout: time('timeout'),
    trialTimeout: time('trialTimeout'),
    stopping,
    throws: read.onError !== undefined && readName(where, 'onError', read.onError, ['continue', 'throw']) === 'throw',
    signal: readSignal(where, read.signal),
  }
}

/** Runs an objective on trials of a study until the plan, a rule or somebody says that it is enough. */
export function optimize(
  core: Core,
  read: () => { readonly objective: Objective<never>; readonly plan: OptimizePlan },
): Run<TrialRecord, OptimizeResult<Readonly<Record<string, unknown>>>> {
  return startJob('study.optimize', read, ({ objective, plan }, context) => {
    return new Course(core, objective, plan, context).run()
  })
}

class Course {
  readonly #core: Core
  readonly #objective: Objective<never>
  readonly #plan: OptimizePlan
  readonly #context: RunContext<TrialRecord>
  readonly #running = new Set<TrialHandle>()
  readonly #finished: Entry[] = []
  readonly #safe = new Set<Promise<void>>()
  #begun = 0
  #stopped = false
  /** Why nothing new is begun, and how many trials there were when that was found. */
  #last: { readonly status: 'exhausted' | 'stopped'; readonly count: number } | undefined
  #lookedForOrphans = 0
  #failure: { readonly error: unknown } | undefined
  #interrupted = false
  #lost = false
  #fail: (error: unknown) => void = () => {}

  constructor(core: Core, objective: Objective<never>, plan: OptimizePlan, context: RunContext<TrialRecord>) {
    this.#core = core
    this.#objective = objective
    this.#plan = plan
    this.#context = context
  }

  async run(): Promise<OptimizeResult<Readonly<Record<string, unknown>>>> {
    const { signal, timeout, workers } = this.#plan
    const core = this.#core
    core.check('study.optimize')
    signal?.throwIfAborted()
    const failure = new Promise<never>((_, reject) => {
      this.#fail = (error) => {
        this.#failure ??= { error }
        this.#interrupt(error)
        reject(error)
      }
    })
    failure.catch(() => {})
    const aborted = (): void => this.#fail(signal?.reason)
    const closed = (): void => this.#fail(core.closing.signal.reason)
    signal?.addEventListener('abort', aborted, { once: true })
    core.closing.signal.addEventListener('abort', closed, { once: true })
    const stopped = new DOMException('the run was stopped', 'AbortError')
    const stop = (): void => {
      this.#stopped = true
      this.#interrupt(stopped)
    }
    this.#context.onStop = stop
    if (this.#context.stopped) stop()
    const timer = timeout === undefined ? undefined : setTimeout(stop, timeout)
    try {
      const all = this.#all(workers)
      all.catch(() => {})
      await Promise.race([all, failure])
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      core.closing.signal.removeEventListener('abort', closed)
    }
    const entries = this.#finished.sort((a, b) => a.number - b.number)
    return Object.freeze({
      best:
        core.definition.directions.length === 1 && core.projection.best ? core.record(core.projection.best) : undefined,
      trials: Object.freeze(entries.map((entry) => core.record(entry))),
      status: this.#stopped ? 'stopped' : (this.#last?.status ?? 'completed'),
    })
  }

  /** No further trial is begun, and those that run are told. */
  #interrupt(reason: unknown): void {
    this.#interrupted = true
    const failed = this.#failure !== undefined
    for (const handle of [...this.#running]) {
      handle.abort(reason)
      if (failed) handle.release()
    }
    this.#core.follower.wake()
  }

  get #over(): boolean {
    return this.#stopped || this.#failure !== undefined
  }

  /** Works until all is told and safe; what turns out to be lost is there to be run again. */
  async #all(workers: number): Promise<void> {
    const { definition } = this.#core
    // more than can ever run would only wait
    const length = this.#core.waits(this.#plan.stopping) ? Math.min(workers, definition.lag) : workers
    do {
      this.#lost = false
      await Promise.all(Array.from({ length }, () => this.#work()))
      await Promise.all(this.#safe)
    } while (this.#lost && !this.#over)
  }

  async #work(): Promise<void> {
    try {
      for (let entry = await this.#next(); entry !== undefined; entry = await this.#next()) await this.#trial(entry)
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** The next trial; waits until it may begin. */
  async #next(): Promise<Entry | undefined> {
    while (!this.#over) {
      const { turn } = this.#core.follower
      const begun = await this.#core.begin({
        open: () => !this.#over && this.#begun < this.#plan.trials,
        may: (number) => number < (this.#last?.count ?? this.#plan.total),
        stopping: this.#plan.stopping,
        orphans: this.#orphansDue(),
        begun: () => {
          this.#begun++
        },
      })
      if (typeof begun !== 'string' && !('awaits' in begun)) {
        if (!this.#over) return begun
        this.#core.release(begun)
      } else if (this.#over || !this.#mayCome(begun)) return undefined
      else await this.#core.follower.news(turn)
    }
    return undefined
  }

  /** Whether there may be another trial later. */
  #mayCome(begun: Begun): boolean {
    const { log, projection, follower } = this.#core
    if (typeof begun !== 'string') return true
    if (begun !== 'enough' && this.#last === undefined) {
      this.#last = { status: begun, count: projection.entries.length }
      follower.wake()
    }
    // of the study's last trials some may come back from workers that end
    const { total, trials } = this.#plan
    const count = this.#last?.count
    const open = (number: number): boolean =>
      count === undefined ? number < total : number < count && projection.entries[number]?.worker !== log.worker
    return this.#begun < trials && [...projection.running].some(open)
  }

  /** Whether to ask the log for trials of workers that are gone: now and then, as it costs a call. */
  #orphansDue(): boolean {
    const now = performance.now()
    if (now - this.#lookedForOrphans < 1000) return false
    this.#lookedForOrphans = now
    return true
  }

  async #trial(entry: Entry): Promise<void> {
    const core = this.#core
    const handle = new TrialHandle(core, entry)
    if (this.#interrupted) {
      handle.release()
      return
    }
    this.#running.add(handle)
    const ended = await runObjective(core, handle, this.#objective, this.#plan.trialTimeout)
    this.#running.delete(handle)
    if (ended.kind === 'released') return
    this.#finished.push(entry)
    const safe = ended.safe
      .then(
        () => {
          if (this.#failure === undefined) this.#context.emit(core.record(entry))
        },
        (error: unknown) => {
          if (!core.outcomes.lost(error)) throw error
          // whoever has it now ends it
          this.#lost = true
          this.#finished.splice(this.#finished.indexOf(entry), 1)
        },
      )
      .finally(() => this.#safe.delete(safe))
    safe.catch((error: unknown) => this.#fail(error))
    this.#safe.add(safe)
    if (ended.error !== undefined && this.#plan.throws) {
      await safe
      if (this.#finished.includes(entry)) throw ended.error.error
    }
  }
}
