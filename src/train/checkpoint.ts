import { DownslopeError } from '../errors.ts'
import { readPath } from '../model/model.ts'
import { readInteger, readOptions } from '../options.ts'
import type { EpochRecord } from './history.ts'

/** Option `checkpoint` of {@link fit}. */
export interface CheckpointOptions {
  /** The file; it is replaced as a whole each time. */
  readonly path: string
  /** Epochs from one checkpoint to the next, an integer ≥ 1; default 1. The last epoch of a run is always written. */
  readonly every?: number
}

/** The option, read and checked. */
export interface Checkpoint {
  readonly path: string
  readonly every: number
}

/** Reads it. */
export function readCheckpoint(where: string, value: unknown): Checkpoint | undefined {
  if (value === undefined) return undefined
  const inside = `${where}: checkpoint`
  const read = readOptions(inside, value, ['path', 'every'])
  return { path: readPath(inside, read.path), every: readInteger(inside, 'every', read.every, 1, 1) }
}

/** What JSON cannot say of numbers, it says in words. */
function encode(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value
  return { number: Object.is(value, -0) ? '-0' : String(value) }
}

function decode(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { number } = value as { readonly number?: unknown }
  return Object.freeze(typeof number === 'string' ? Number(number) : value)
}

/** The records of a run as the text that a checkpoint keeps; each record is written once. */
export interface Journal {
  add(record: EpochRecord): void
  text(): string
}

/** A journal that begins with the records of earlier. */
export function createJournal(): Journal {
  const texts: string[] = []
  return {
    add: (record) => texts.push(JSON.stringify(record, encode)),
    text: () => `{"version":1,"history":[${texts.join(',')}]}`,
  }
}

/** Reads a journal. */
export function readJournal(path: string, text: string): EpochRecord[] {
  try {
    const { version, history } = JSON.parse(text, decode) as { version: unknown; history: readonly EpochRecord[] }
    if (version !== 1 || !Array.isArray(history)) throw new Error('unknown format')
    return [...history]
  } catch (cause) {
    throw new DownslopeError(
      'ERR_CHECKPOINT',
      `fit: cannot resume '${path}': its history must be readable, version 1`,
      {
        cause,
      },
    )
  }
}
