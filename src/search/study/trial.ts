import { DownslopeError } from '../../errors.ts'
import { guarded, readInteger, readOptions, refuse } from '../../options.ts'
import type { Outcome } from '../../storage/storage.ts'
import { type Json, readJson } from '../json.ts'
import type { Core } from './core.ts'
import { lastOf } from './last.ts'
import { addNote, type Entry, OURS, setAttribute } from './record.ts'
import { foldStep, insert } from './series.ts'

/** No study has more. */
const MOST_CONSTRAINTS = 1000

/** What an objective sees of its trial. */
export interface Trial<P = Readonly<Record<string, unknown>>> {
  /** Counted from 0. */
  readonly number: number
  readonly params: P
  /** 1, or more when workers died at it. */
  readonly attempt: number
  /** Aborted when the trial should end: the study is closed or stopped, or `trialTimeout` is over. */
  readonly signal: AbortSignal
  /** What {@link Trial.attribute} has kept. */
  readonly attributes: Readonly<Record<string, Json>>
  /**
   * Reports an intermediate value for the pruner; it is kept with the trial. NaN is shown to the pruner only.
   *
   * @param step an integer ≥ 0, each once: epochs, for example
   */
  report(step: number, value: number): void
  /**
   * Reports the score of a fold, for pruners of folds; it is kept with the trial.
   *
   * @param fold an integer ≥ 0, each once
   */
  reportFold(fold: number, value: number): void
  /** Whether the pruner would stop the trial, after what it reported so far. */
  shouldPrune(): boolean
  /** Keeps a text with the trial. */
  note(text: string): void
  /** Keeps a value that JSON has with the trial, under a name. */
  attribute(name: string, value: Json): void
}

/** What a trial can be told: its value, one for each direction, or that it has none. */
export type Told = number | readonly number[] | 'pruned' | 'failed'

/** A trial that was asked for by hand. */
export interface AskedTrial<P = Readonly<Record<string, unknown>>> extends Trial<P> {
  /**
   * Ends the trial; resolves when that is as safe as the storage's `durability` says. Rejects with `ERR_CLOSED` when the trial has ended
   * or somebody else runs it by now: then what was told does not count, and the study goes on.
   *
   * @param result the value, the values, `'pruned'` (the last report becomes the value) or `'failed'`
   * @param options `reason`: why it failed, a text
   */
  tell(result: Told, options?: { readonly reason?: string }): Promise<void>
}

/** The trial of one attempt. */
export class TrialHandle {
  readonly number: number
  readonly params: Readonly<Record<string, unknown>>
  readonly attempt: number
  readonly #core: Core
  readonly #entry: Entry
  readonly #closing: AbortSignal | undefined
  #view: Trial | undefined
  #controller: AbortController | undefined
  #reason: { readonly reason: unknown } | undefined
  #released = false
  /** What the pruner looks at with its NaN, which the log does not keep; only where there was one. */
  #seen: { steps: number[]; values: number[] } | undefined

  /** The trial should end when `abort` is called, and when `closing` is aborted. */
  constructor(core: Core, entry: Entry, closing?: AbortSignal) {
    this.#core = core
    this.#entry = entry
    this.#closing = closing
    this.number = entry.number
    this.params = core.params(entry)
    this.attempt = entry.attempt
  }

  /** What an objective sees. */
  get view(): Trial {
    const handle = this
    this.#view ??= Object.freeze({
      number: handle.number,
      params: handle.params,
      attempt: handle.attempt,
      get signal() {
        return handle.signal
      },
      get attributes() {
        return handle.attributes
      },
      report: (step: number, value: number) => handle.report(step, value),
      reportFold: (fold: number, value: number) => handle.reportFold(fold, value),
      shouldPrune: () => handle.shouldPrune(),
      note: (text: string) => handle.note(text),
      attribute: (name: string, value: Json) => handle.attribute(name, value),
    })
    return this.#view
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      // only who looks at the signal has to hear of it
      if (this.#closing?.aborted) this.#close()
      else if (this.current) this.#closing?.addEventListener('abort', this.#close, { once: true })
      if (this.#reason !== undefined) this.#controller.abort(this.#reason.reason)
    }
    return this.#controller.signal
  }

  readonly #close = (): void => this.abort(this.#closing?.reason)

  /** What has ended hears no more of the study. */
  #ended(): void {
    this.#closing?.removeEventListener('abort', this.#close)
  }

  get attributes(): Readonly<Record<string, Json>> {
    return Object.freeze({ ...this.#entry.attributes })
  }

  report(step: number, value: number): void {
    this.#check('trial.report')
    this.#report('trial.report', 'steps', readInteger('trial.report', 'step', step, 0), value)
  }

  reportFold(fold: number, value: number): void {
    this.#check('trial.reportFold')
    this.#report('trial.reportFold', 'folds', readInteger('trial.reportFold', 'fold', fold, 0), value)
  }

  #report(where: string, kind: 'steps' | 'folds', step: number, value: unknown): void {
    if (typeof value !== 'number') refuse(where, 'value must be a number', value)
    const { log, projection, pruner } = this.#core
    const twice = (): never =>
      refuse(where, `${kind === 'steps' ? 'step' : 'fold'} must not have been reported before`, step)
    if (pruner.series === kind && this.#seen?.steps.includes(step)) twice()
    const kept = kind === 'steps' ? step : foldStep(step)
    const shown = pruner.series === kind && (Number.isNaN(value) || this.#seen !== undefined)
    if (shown) {
      const { steps, values } = this.#entry[kind]
      this.#seen ??= { steps: [...steps], values: [...values] }
      if (!insert(this.#seen, step, value)) twice()
    }
    if (Number.isNaN(value)) return
    if (!projection.report(this.#entry, kept, value)) twice()
    log.report(this.number, this.attempt, kept, value)
  }

  shouldPrune(): boolean {
    this.#check('trial.shouldPrune')
    const { definition, pruner } = this.#core
    if (pruner.series === 'none') return false
    const own = this.#seen ?? this.#entry[pruner.series]
    if (own.steps.length === 0) return false
    const direction = definition.directions[0] as 'minimize' | 'maximize'
    return pruner.prune({ number: this.number, direction, own, history: this.#core.history(this.number) })
  }

  note(text: string): void {
    this.#check('trial.note')
    if (typeof text !== 'string') refuse('trial.note', 'text must be a string', text)
    addNote(this.#entry, text)
    this.#core.log.note(this.number, this.attempt, text)
  }

  attribute(name: string, value: Json): void {
    this.#check('trial.attribute')
    if (typeof name !== 'string' || name.startsWith(OURS) || name === '__proto__') {
      refuse('trial.attribute', `name must be a string that does not begin with ${OURS}`, name)
    }
    const kept = guarded('trial.attribute', 'ERR_OPTION', () => readJson('trial.attribute', 'value', value))
    setAttribute(this.#entry, name, kept)
    this.#core.log.attribute(this.number, this.attempt, name, JSON.stringify(kept))
  }

  /** Whether this attempt is the trial's last and still runs. */
  get current(): boolean {
    const { status, attempt } = this.#entry
    return !this.#released && !this.#core.closed && status === 'running' && attempt === this.attempt
  }

  /** Whether somebody wants it to end. */
  get aborted(): boolean {
    return this.#reason !== undefined
  }

  /** Aborts the trial's signal. */
  abort(reason: unknown): void {
    this.#reason ??= { reason }
    this.#controller?.abort(reason)
  }

  /** Gives the trial back; what this attempt still does changes nothing. */
  release(): void {
    if (this.current) this.#core.release(this.#entry)
    this.#released = true
    this.#ended()
  }

  /** Tells what came of it; `reason` and `error` where it failed. */
  end(
    where: string,
    told: unknown,
    options: { readonly reason?: string; readonly error?: unknown } = {},
  ): Promise<void> {
    if (!this.current) this.#ended()
    this.#check(where)
    const outcome = guarded(where, 'ERR_OPTION', () => this.#outcome(where, told, options.reason))
    this.#ended()
    return this.#core.outcomes.tell(this.#entry, outcome, outcome.status === 'failed' ? options.error : undefined)
  }

  #outcome(where: string, told: unknown, reason: string | undefined): Outcome {
    const { directions } = this.#core.definition
    if (told === 'failed') return { status: 'failed', ...(reason === undefined ? {} : { reason }) }
    if (told === 'pruned') {
      const last = lastOf(this.#core.pruner, this.#entry)
      if (last === undefined || Number.isNaN(last.value)) return { status: 'pruned', ...this.#constrained() }
      return { status: 'pruned', values: [last.value], ...this.#constrained() }
    }
    // not copied before its length is known to be right
    const list = Array.isArray(told) && told.length === directions.length ? [...(told as unknown[])] : undefined
    const values = typeof told === 'number' ? [told] : list
    const all = values?.every((value) => typeof value === 'number')
    if (values === undefined || !all || values.length !== directions.length) {
      const wanted = directions.length === 1 ? 'a number' : `an array of ${directions.length} numbers`
      refuse(where, `the result must be ${wanted}, 'pruned' or 'failed'`, told)
    }
    if (values.some(Number.isNaN)) return { status: 'failed', reason: 'NaN' }
    return { status: 'completed', values: values as number[], ...this.#constrained() }
  }

  #constrained(): { constraints?: readonly number[] } {
    const { constraints } = this.#core
    if (constraints === undefined) return {}
    const list: unknown = constraints(this.params as never, this.view)
    if (
      !Array.isArray(list) ||
      list.length > MOST_CONSTRAINTS ||
      !list.every((value) => typeof value === 'number' && !Number.isNaN(value))
    ) {
      return refuse('constraints', `they must give an array of numbers, at most ${MOST_CONSTRAINTS}`, list)
    }
    return { constraints: [...(list as number[])] }
  }

  #check(where: string): void {
    this.#core.check(where)
    if (this.current) return
    const text = `${where}: attempt ${this.attempt} of trial ${this.number} must still run, but it has ended`
    throw new DownslopeError('ERR_CLOSED', text)
  }
}

/** The trial as users get it who ask by hand. */
export function askedTrial(core: Core, entry: Entry): AskedTrial {
  // nobody ends it but who closes the study
  const handle = new TrialHandle(core, entry, core.closing.signal)
  const tell = async (result: Told, options?: { readonly reason?: string }): Promise<void> => {
    const { reason } = readOptions('trial.tell', options, ['reason'])
    if (reason !== undefined && typeof reason !== 'string') refuse('trial.tell', 'reason must be a string', reason)
    await handle.end('trial.tell', result, reason === undefined ? {} : { reason })
  }
  return Object.freeze(Object.defineProperties({ tell }, Object.getOwnPropertyDescriptors(handle.view))) as AskedTrial
}
