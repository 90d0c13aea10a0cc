import { DownslopeError } from '../../errors.ts'
import { readInteger, readOptions, refuse } from '../../options.ts'
import type { Run } from '../../train/run.ts'
import type { Direction } from '../history.ts'
import type { Pruner } from '../pruners/pruner.ts'
import type { Sampler } from '../samplers/sampler.ts'
import type { SearchSpace } from '../space/searchSpace.ts'
import type { Core } from './core.ts'
import { importanceOf } from './importance.ts'
import { type Objective, readObjective } from './objective.ts'
import { type OptimizeOptions, type OptimizeResult, optimize, readOptimize } from './optimize.ts'
import { paretoFront } from './pareto.ts'
import type { Entry, TrialRecord } from './record.ts'
import { type AskedTrial, askedTrial } from './trial.ts'

/** No more are asked for at once. */
const MOST = 10_000

const cores = new WeakMap<object, Core>()

/** What is behind a study. */
export function coreOf(where: string, study: unknown): Core {
  const core = typeof study === 'object' && study !== null ? cores.get(study) : undefined
  if (core === undefined) throw new DownslopeError('ERR_OPTION', `${where}: it must be given a study`)
  return core
}

/**
 * A search over a space: made by {@link createStudy} or {@link openStudy}.
 *
 * Its numbers are a function of space, sampler, pruner, seed and lag alone: not of workers, processes or time. That holds for one
 * version of downslope.
 */
export class Study<P = Readonly<Record<string, unknown>>> {
  readonly #core: Core
  #shown: { readonly version: number; readonly trials: readonly TrialRecord<P>[] } | undefined
  #front: { readonly version: number; readonly trials: readonly TrialRecord<P>[] } | undefined

  /** @internal */
  constructor(core: Core) {
    this.#core = core
    cores.set(this, core)
  }

  /** Its name in the storage. */
  get name(): string {
    return this.#core.name
  }

  /** What is searched; wider than it was created when somebody widened it. */
  get space(): SearchSpace<P> {
    return this.#core.space as SearchSpace<P>
  }

  /** What is better, for each value. */
  get directions(): readonly Direction[] {
    return this.#core.definition.directions
  }

  get sampler(): Sampler {
    return this.#core.sampler
  }

  get pruner(): Pruner {
    return this.#core.prunerValue
  }

  get seed(): number {
    return this.#core.definition.seed
  }

  /** How many trials before it are not looked at by a trial's suggestion, plus one. */
  get lag(): number {
    return this.#core.definition.lag
  }

  get mode(): 'repeatable' | 'asynchronous' {
    return this.#core.definition.mode
  }

  /**
   * The version of downslope that created it. Numbers are the same for one version: a later one opens the study and goes on with it,
   * but may suggest other parameters than this one would have.
   */
  get version(): string {
    return this.#core.definition.downslope
  }

  /** True after {@link Study.close}. */
  get closed(): boolean {
    return this.#core.closed
  }

  /** All trials that are known here, by number, as they stand; frozen. */
  get trials(): readonly TrialRecord<P>[] {
    const { entries, version } = this.#core.projection
    if (this.#shown?.version !== version) {
      this.#shown = { version, trials: Object.freeze(entries.map((entry) => this.#record(entry))) }
    }
    return this.#shown.trials
  }

  /**
   * The best completed trial within the constraints, the first of equals; `undefined` when there is none, or with several
   * directions, for which see {@link Study.bestTrials}.
   */
  get best(): TrialRecord<P> | undefined {
    const { best } = this.#core.projection
    return best === undefined || this.directions.length > 1 ? undefined : this.#record(best)
  }

  /**
   * Completed trials within the constraints than which no other is better in one direction and no worse in the others (the
   * Pareto front), by number; with one direction the best and its equals.
   */
  get bestTrials(): readonly TrialRecord<P>[] {
    const { entries, version } = this.#core.projection
    if (this.#front?.version !== version) {
      const front = paretoFront(entries, this.directions).map((entry) => this.#record(entry))
      this.#front = { version, trials: Object.freeze(front) }
    }
    return this.#front.trials
  }

  #record(entry: Entry): TrialRecord<P> {
    return this.#core.record(entry) as TrialRecord<P>
  }

  /**
   * Runs trials: suggests parameters, calls the objective, keeps what it gives.
   *
   * What it returns is awaitable and iterable (a record for each trial that this call finished, when it is safe); it starts on
   * the next tick. `.stop()` begins no further trial and aborts the signals of those that run: what such a trial still gives
   * counts, and one that throws then is run again when the study goes on. An objective that throws makes a failed trial with
   * its error, and the study goes on; NaN makes a failed trial too. Where all combinations have been begun, or a rule ends the search,
   * it still waits for what other processes run of the study's trials: that counts, and comes back when one of them ends.
   *
   * @param objective gives the value of parameters, one for each direction, `'pruned'` or `'failed'`, or a promise of it
   * @throws DownslopeError (as a rejection) `ERR_OPTION`, `ERR_CLOSED` (also when the study is closed meanwhile),
   * `ERR_STORAGE`. Aborting rejects with `signal.reason`.
   * @example
   * ```ts
   * const { best } = await study.optimize(({ x }) => (x - 2) ** 2, { trials: 50 })
   * console.log(best?.params, best?.value)
   * ```
   */
  optimize(objective: Objective<P>, options: OptimizeOptions = {}): Run<TrialRecord<P>, OptimizeResult<P>> {
    // complaints come as a rejection
    return optimize(this.#core, () => ({
      objective: readObjective('study.optimize', objective),
      plan: readOptimize('study.optimize', options, this.#core),
    })) as unknown as Run<TrialRecord<P>, OptimizeResult<P>>
  }

  /**
   * Begins a trial by hand; `tell` ends it. A trial whose worker died comes first, with the same number and parameters.
   *
   * With `count`, an integer in [1, 10,000], so many at once; fewer when every combination has been asked for.
   *
   * @throws DownslopeError (as a rejection) `ERR_BUSY` when a trial has to be told before, it says which; `ERR_OPTION` when every
   * combination has been asked for; `ERR_CLOSED`, `ERR_STORAGE`
   * @example
   * ```ts
   * const trial = await study.ask()
   * await trial.tell(loss(trial.params))
   * ```
   */
  ask(): Promise<AskedTrial<P>>
  ask(options: { readonly count: number }): Promise<readonly AskedTrial<P>[]>
  async ask(options?: { readonly count: number }): Promise<AskedTrial<P> | readonly AskedTrial<P>[]> {
    const read = readOptions('study.ask', options, ['count'])
    const count = read.count === undefined ? undefined : readInteger('study.ask', 'count', read.count, 1)
    if (count !== undefined && count > MOST) refuse('study.ask', `count must be at most ${MOST}`, count)
    const asked: AskedTrial<P>[] = []
    const taken: Entry[] = []
    try {
      while (taken.length < (count ?? 1)) {
        const begun = await this.#core.begin({
          open: () => true,
          may: () => true,
          stopping: [],
          orphans: true,
          begun: () => {},
        })
        if (typeof begun === 'string') {
          if (count !== undefined) break
          throw new DownslopeError('ERR_OPTION', 'study.ask: every combination of the space has been asked for')
        }
        if ('awaits' in begun) {
          const next = this.#core.projection.entries.length
          const text = `study.ask: trial ${next} must wait for trial ${begun.awaits}, which is not finished (lag ${this.lag})`
          throw new DownslopeError('ERR_BUSY', text)
        }
        taken.push(begun)
        asked.push(askedTrial(this.#core, begun) as AskedTrial<P>)
      }
    } catch (error) {
      for (const entry of taken) this.#core.release(entry)
      throw error
    }
    return count === undefined ? (asked[0] as AskedTrial<P>) : Object.freeze(asked)
  }

  /**
   * Binds parameters to the next number that is free: that trial will have them, whoever begins it.
   *
   * @returns the number
   * @throws DownslopeError (as a rejection) `ERR_OPTION` with the path of a value that is not of the space; `ERR_CLOSED`, `ERR_STORAGE`
   */
  async enqueue(params: P): Promise<number> {
    const core = this.#core
    core.check('study.enqueue')
    const text = JSON.stringify(core.plan.decode(core.plan.encode('study.enqueue', params)))
    const number = await core.log.enqueue(text)
    if (number >= core.projection.entries.length) core.projection.bound.set(number, text)
    return number
  }

  /**
   * Which parameters decide whether a trial is among the best tenth, by path, adding up to 1, most important first.
   *
   * PED-ANOVA on completed trials: how far the distribution of a parameter among the best tenth is from that among all of
   * them. Parameters of a branch are compared where they are active. All are equal when nothing differs; with fewer than about
   * 50 trials take it as a hint. Watanabe, Bansal and Hutter, "PED-ANOVA" (2023), with the branches of Optuna 5.
   *
   * @throws DownslopeError (as a rejection) `ERR_CLOSED`, `ERR_STORAGE`
   * @example
   * ```ts
   * console.log(await study.importance()) // { learningRate: 0.83, units: 0.17 }
   * ```
   */
  async importance(): Promise<Readonly<Record<string, number>>> {
    this.#core.check('study.importance')
    return importanceOf(this.#core)
  }

  /** Brings trials that other processes ran; by itself a study does so when it has to know. */
  async refresh(): Promise<void> {
    this.#core.check('study.refresh')
    await this.#core.follower.refresh()
  }

  /**
   * Ends what runs (it rejects with `ERR_CLOSED`; its trials come back from the next `ask` or `optimize` of whoever opens the
   * study), writes what is left, frees. Idempotent.
   */
  async close(): Promise<void> {
    await this.#core.close()
  }

  [Symbol.dispose](): void {
    this.close().catch(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
