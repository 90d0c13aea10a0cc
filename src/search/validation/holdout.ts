import { drawFolds } from '../../data/drawn.ts'
import { ranges, readNumber } from '../../options.ts'
import { type DrawOptions, givenOptions, readDrawOptions, stratified } from './stratify.ts'
import { defineValidation, seedOf, type Validation } from './validation.ts'

/** Options of {@link holdout}. */
export type HoldoutOptions = DrawOptions

/**
 * One fold: a part of the rows is validated on, the rest is trained on. The parts are those of `data.split(fraction, { seed })`:
 * random and with labels stratified, or with `shuffle: false` the last rows.
 *
 * @param fraction share of the rows to validate on, in (0, 1)
 * @param options `stratify`, `shuffle`, `seed`
 * @throws DownslopeError `ERR_OPTION`; where it is used, `ERR_DATA` when one of the parts would be empty, or when `stratify: true` meets
 * a class of one row
 * @example
 * ```ts
 * tune(data, { space, build, metric: 'accuracy', validation: holdout(0.2), trials: 30 })
 * ```
 */
export function holdout(fraction: number, options: HoldoutOptions = {}): Validation {
  readNumber('holdout', 'fraction', fraction, ranges.openUnit)
  const read = readDrawOptions('holdout', options)
  return defineValidation(
    { kind: 'holdout', fraction, ...givenOptions(read) },
    {
      folds: 1,
      random: read.shuffle,
      async draw(where, data, draw) {
        const inside = `${where}: holdout`
        const stratify = await stratified(inside, data, read.stratify, read.shuffle, 2)
        const seed = seedOf(read.seed, draw)
        return drawFolds(inside, data, { kind: 'holdout', fraction, seed, stratify, shuffle: read.shuffle })
      },
    },
  )
}
