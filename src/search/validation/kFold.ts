import { drawFolds } from '../../data/drawn.ts'
import { readInteger, refuse } from '../../options.ts'
import { type DrawOptions, givenOptions, readDrawOptions, stratified } from './stratify.ts'
import { checkFolds, defineValidation, seedOf, type Validation } from './validation.ts'

/** Options of {@link kFold}. */
export type KFoldOptions = DrawOptions

/**
 * `k` folds: every row is validated on once and trained on k − 1 times. The folds are those of `data.kFold(k, { seed })`:
 * random, and with labels stratified; their sizes differ by at most one row.
 *
 * @param k number of folds, an integer ≥ 2, at most the number of rows
 * @param options `stratify`, `shuffle`, `seed`
 * @throws DownslopeError `ERR_OPTION`; where it is used, `ERR_OPTION` for more folds than rows or `stratify: true` without labels, and
 * `ERR_DATA` where `stratify: true` meets a class with fewer than `k` rows
 * @example
 * ```ts
 * const { mean } = await crossValidate(data, { build, validation: kFold(5), metrics: ['accuracy'] })
 * ```
 */
export function kFold(k: number, options: KFoldOptions = {}): Validation {
  readInteger('kFold', 'k', k, 2)
  const read = readDrawOptions('kFold', options)
  return defineValidation(
    { kind: 'kFold', k, ...givenOptions(read) },
    {
      folds: k,
      random: read.shuffle,
      async draw(where, data, draw) {
        const inside = `${where}: kFold`
        if (k > data.size) refuse(inside, `k must be at most the number of rows (${data.size})`, k)
        checkFolds(inside, 'k', k, data.size)
        const stratify = await stratified(inside, data, read.stratify, true, k)
        const seed = seedOf(read.seed, draw)
        return drawFolds(inside, data, { kind: 'kFold', k, seed, stratify, shuffle: read.shuffle })
      },
    },
  )
}
