import type { Dataset } from '../../data/dataset.ts'
import { countClasses } from '../../data/drawn.ts'
import { DownslopeError } from '../../errors.ts'
import { readBoolean, readInteger, readOptions, refuse, show } from '../../options.ts'

/** Options of rules that draw rows. */
export interface DrawOptions {
  /**
   * The same share of each class in every part. Default: when the data have labels and rows are drawn at random or for folds.
   * `true` needs labels, and as many rows of each class as there are folds; by default a rarer class is in as many of them as
   * it has rows.
   */
  readonly stratify?: boolean
  /** Random rows rather than consecutive ones; default `true`. */
  readonly shuffle?: boolean
  /** An integer ≥ 0; default: the seed of whoever uses the rule. */
  readonly seed?: number
}

/** They, read. */
export interface ReadDraw {
  readonly stratify: boolean | undefined
  readonly shuffle: boolean
  readonly seed: number | undefined
}

/** Reads the options of a rule that draws rows. */
export function readDrawOptions(where: string, options: unknown): ReadDraw {
  const read = readOptions(where, options, ['stratify', 'shuffle', 'seed'])
  return {
    stratify: read.stratify === undefined ? undefined : readBoolean(where, 'stratify', read.stratify, true),
    shuffle: readBoolean(where, 'shuffle', read.shuffle, true),
    seed: read.seed === undefined ? undefined : readInteger(where, 'seed', read.seed, 0),
  }
}

/** Those that were given, for a rule's JSON form. */
export function givenOptions({ stratify, shuffle, seed }: ReadDraw): Readonly<Record<string, unknown>> {
  return { ...(stratify === undefined ? {} : { stratify }), shuffle, ...(seed === undefined ? {} : { seed }) }
}

/** Whether classes are spread, over parts of which each is to have `least` rows of every class when that was asked for. */
export async function stratified(
  where: string,
  data: Dataset,
  asked: boolean | undefined,
  fallback: boolean,
  least: number,
): Promise<boolean> {
  if (asked === undefined) return fallback && data.classes !== undefined
  if (!asked) return false
  if (data.classes === undefined) return refuse(where, 'stratify needs labels', asked)
  const counts = await countClasses(where, data)
  for (const [id, rows] of counts.entries()) {
    if (rows === 0 || rows >= least) continue
    const label = Array.isArray(data.classes) ? show(data.classes[id]) : String(id)
    const text = `${where}: stratify needs ${least} rows of each class, one for each part, received ${rows} of class ${label}`
    throw new DownslopeError('ERR_DATA', text)
  }
  return true
}
