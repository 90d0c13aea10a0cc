import type { FinalStatus } from '../../storage/storage.ts'
import type { Series } from '../history.ts'
import type { Json } from '../json.ts'
import { EMPTY, type Growing } from './series.ts'

/** A trial as it stands, frozen; once it is finished nothing of it changes any more. */
export interface TrialRecord<P = Readonly<Record<string, unknown>>> {
  /** Counted from 0 in the order in which trials were begun. */
  readonly number: number
  readonly params: P
  readonly status: 'running' | FinalStatus
  /** The value of the first direction; of a pruned trial the last it reported; absent where there is none. */
  readonly value?: number
  /** One for each direction; empty where there is none. */
  readonly values: readonly number[]
  /** What the constraints gave, with a study that has them: feasible when none is above 0. */
  readonly constraints?: readonly number[]
  /** Why it failed: the message of its error, `timeout`, `NaN`, `diverged` … */
  readonly reason?: string
  /** What the objective threw; known to the process only in which it did. */
  readonly error?: unknown
  readonly attributes: Readonly<Record<string, Json>>
  readonly notes: readonly string[]
  /** 1, or more when workers died at it. */
  readonly attempt: number
  /** When its last attempt began, in milliseconds since 1970. */
  readonly started: number
  /** When it was told, in milliseconds since 1970. */
  readonly finished?: number
  /** What it reported, by step. */
  readonly steps: Series
  /** What it reported, by fold. */
  readonly folds: Series
}

/** A trial as the study keeps it. */
export interface Entry {
  readonly number: number
  /** JSON text of its parameters. */
  text: string
  params: Readonly<Record<string, unknown>> | undefined
  point: Float64Array | undefined
  worker: string
  attempt: number
  status: TrialRecord['status']
  values: readonly number[]
  constraints: readonly number[] | undefined
  violation: number
  reason: string | undefined
  error: unknown
  started: number
  finished: number | undefined
  /** {@link EMPTY} until the first report; so are folds. */
  steps: Growing
  folds: Growing
  attributes: Record<string, Json> | undefined
  notes: string[] | undefined
  record: TrialRecord | undefined
}

/** A trial that has just been begun. */
export function newEntry(number: number, text: string, worker: string, started: number): Entry {
  return {
    number,
    text,
    params: undefined,
    point: undefined,
    worker,
    attempt: 1,
    status: 'running',
    values: [],
    constraints: undefined,
    violation: 0,
    reason: undefined,
    error: undefined,
    started,
    finished: undefined,
    steps: EMPTY,
    folds: EMPTY,
    attributes: undefined,
    notes: undefined,
    record: undefined,
  }
}

/** Forgets what an attempt did, for the next one. */
export function beginAgain(entry: Entry, attempt: number, worker: string, started: number): void {
  const { number, text, params, point } = entry
  Object.assign(entry, newEntry(number, text, worker, started), { params, point, attempt })
}

/** Sum of what constraints exceed 0 by. */
export function violationOf(constraints: readonly number[] | undefined): number {
  let sum = 0
  for (const value of constraints ?? []) if (value > 0) sum += value
  return sum
}

/** Keys of attributes that are ours, and not shown. */
export const OURS = 'downslope:'

/** Writes a note. */
export function addNote(entry: Entry, text: string): void {
  entry.notes ??= []
  entry.notes.push(text)
}

/** Writes an attribute. */
export function setAttribute(entry: Entry, key: string, value: Json): void {
  entry.attributes ??= {}
  entry.attributes[key] = value
}

const NONE: readonly never[] = Object.freeze([])
const NOTHING: Readonly<Record<string, never>> = Object.freeze({})

/** The record of an entry; kept once the trial is finished. */
export function recordOf(entry: Entry, params: Readonly<Record<string, unknown>>): TrialRecord {
  if (entry.record !== undefined) return entry.record
  const { number, status, values, constraints, reason, error, attempt, started, finished, notes } = entry
  // a long study has many of them, so what is not there is not made either
  const record: { -readonly [K in keyof TrialRecord]?: TrialRecord[K] } = { number, params, status }
  if (values[0] !== undefined) record.value = values[0]
  record.values = values.length === 0 ? NONE : Object.freeze([...values])
  if (constraints !== undefined) record.constraints = Object.freeze([...constraints])
  if (reason !== undefined) record.reason = reason
  if (error !== undefined) record.error = error
  record.attributes = entry.attributes === undefined ? NOTHING : shown(entry.attributes)
  record.notes = notes === undefined ? NONE : Object.freeze([...notes])
  record.attempt = attempt
  record.started = started
  if (finished !== undefined) record.finished = finished
  record.steps = copied(entry.steps)
  record.folds = copied(entry.folds)
  const made = Object.freeze(record) as TrialRecord
  if (status !== 'running') entry.record = made
  return made
}

function shown(attributes: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return Object.freeze(Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith(OURS))))
}

function copied(series: Growing): Series {
  if (series === EMPTY) return series
  return Object.freeze({ steps: Object.freeze([...series.steps]), values: Object.freeze([...series.values]) })
}
