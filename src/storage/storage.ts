/** JSON text; the storage does not look inside. */
export type JsonText = string

/** How a trial ended. */
export type FinalStatus = 'completed' | 'pruned' | 'failed'

/** What is told of a finished trial. Numbers may be infinite, but not NaN. */
export interface Outcome {
  readonly status: FinalStatus
  /** One for each direction; of a pruned trial the last that it reported, if any. */
  readonly values?: readonly number[]
  /** What the constraints gave: feasible when none is above 0. */
  readonly constraints?: readonly number[]
  /** Why a trial failed: the message of its error, `diverged`, `timeout` … */
  readonly reason?: string
}

/**
 * One thing that happened in a study. Events of a study are numbered 1, 2, … by `sequence` in the order in which they
 * were committed, without gaps; all who read the log see the same events in the same order.
 */
export type StudyEvent = { readonly sequence: number } & (
  | {
      readonly kind: 'ask'
      readonly trial: number
      readonly worker: string
      readonly time: number
      readonly params: JsonText
    }
  | {
      readonly kind: 'attempt'
      readonly trial: number
      readonly attempt: number
      readonly worker: string
      readonly time: number
    }
  | {
      readonly kind: 'report'
      readonly trial: number
      readonly attempt: number
      readonly steps: readonly number[]
      readonly values: readonly number[]
    }
  | ({ readonly kind: 'tell'; readonly trial: number; readonly attempt: number; readonly time: number } & Outcome)
  | { readonly kind: 'enqueue'; readonly trial: number; readonly params: JsonText }
  | { readonly kind: 'note'; readonly trial: number; readonly attempt: number; readonly text: string }
  | {
      readonly kind: 'attribute'
      readonly trial: number
      readonly attempt: number
      readonly key: string
      readonly value: JsonText
    }
  | { readonly kind: 'definition'; readonly definition: JsonText }
)

/** A line of `listStudies`. */
export interface StudySummary {
  readonly name: string
  /** When it was created, in milliseconds since 1970. */
  readonly created: number
  readonly trials: number
  readonly completed: number
  readonly pruned: number
  readonly failed: number
  readonly running: number
}

/** Where studies are kept: made by `memory()` or `sqlite(path)`, frozen; nothing is opened before it is needed. */
export interface Storage {
  /** JSON form: the name of the factory and its options. */
  readonly config: { readonly kind: string; readonly [option: string]: unknown }
}

/** The connection behind a {@link Storage}: what a store has to do. One contract suite tests all of them. */
export interface Connection {
  /**
   * Creates a study; when there is one of this name, opens it and says so. Never two studies of one name, whoever calls
   * at the same time.
   */
  create(name: string, definition: JsonText): Promise<{ readonly log: StudyLog; readonly created: boolean }>
  /** Opens a study; `ERR_STORAGE` when there is none of this name. */
  open(name: string): Promise<StudyLog>
  list(): Promise<readonly StudySummary[]>
  /** Writes what is left, then frees; idempotent. Logs of it are closed too. */
  close(): Promise<void>
}

/**
 * The event log of one study, shared by all workers (processes or connections) that opened it.
 *
 * Writes of one worker are committed in the order of its calls. A trial belongs to the attempt that asked or took it
 * last: `report`, `note`, `attribute` and `tell` of an older attempt change nothing. A worker that is gone (its process
 * ended in whatever way, its log was closed) gives its running trials free at once; a worker whose event loop is blocked
 * keeps them.
 */
export interface StudyLog {
  readonly name: string
  /** As it was when the log was opened; what replaced it later comes as events. */
  readonly definition: JsonText
  /** This worker's own name, unique in the study. */
  readonly worker: string
  /** Events after `sequence`, oldest first, at most `limit` of them. */
  read(sequence: number, limit: number): Promise<readonly StudyEvent[]>
  /**
   * Begins trial `trial` as attempt 1. `false`, and nothing is written, when somebody has begun it already.
   * Numbers are begun in order: `trial` must be the number of trials begun so far (else false). Where `enqueue` bound
   * parameters to this number, they must be given, in the same text (else false): whoever asks must have read the log.
   */
  ask(trial: number, params: JsonText): Promise<boolean>
  /**
   * Takes a running trial whose worker is gone, as attempt `attempt` (the last one + 1). `false`, and nothing is written,
   * when it is finished, its worker lives, or somebody was faster.
   */
  take(trial: number, attempt: number): Promise<boolean>
  /**
   * Frees a trial that this worker runs and will not finish (its study was stopped): it counts as one whose worker is
   * gone, and what this attempt still writes changes nothing. Does nothing when the trial is not this worker's.
   */
  release(trial: number, attempt: number): void
  /** Buffered; on disk with the next commit. `ERR_DATA` for NaN. */
  report(trial: number, attempt: number, step: number, value: number): void
  /** Buffered; on disk with the next commit. */
  note(trial: number, attempt: number, text: string): void
  /** Buffered; on disk with the next commit. */
  attribute(trial: number, attempt: number, key: string, value: JsonText): void
  /**
   * Resolves when the outcome is as safe as `durability` says; `ERR_CLOSED` when the attempt is not this worker's, not
   * the trial's last, or it is finished; `ERR_DATA` for NaN.
   */
  tell(trial: number, attempt: number, outcome: Outcome): Promise<void>
  /** Binds parameters to the lowest number that is neither begun nor bound; resolves to it. */
  enqueue(params: JsonText): Promise<number>
  /** Replaces the definition (a widened space). */
  define(definition: JsonText): Promise<void>
  /** Running trials whose worker is gone, ascending. */
  orphans(): Promise<readonly number[]>
  /**
   * Resolves to true as soon as there are events after `sequence` or an orphan, to false after `milliseconds` or when
   * the log is closed meanwhile.
   */
  changed(sequence: number, milliseconds: number): Promise<boolean>
  /** Resolves when all that was written before this call is as safe as `durability` says. */
  flush(): Promise<void>
  /**
   * Flushes, gives this worker's running trials free, closes. Idempotent. Later calls are `ERR_CLOSED`, except
   * `release`, which does nothing.
   */
  close(): Promise<void>
}
