import { createHash } from 'node:crypto'
import { drawFolds } from '../../data/drawn.ts'
import { encodeLabels, type Label } from '../../data/labels.ts'
import type { IntegerArray } from '../../data/typed.ts'
import { DownslopeError } from '../../errors.ts'
import { guarded, readInteger, refuse } from '../../options.ts'
import { defineValidation, type Validation } from './validation.ts'

/**
 * `k` folds of whole groups: rows of a patient, a site or a day are never trained on and validated on at once. Groups go one by one,
 * the largest first, to the fold that has the fewest rows, as in scikit-learn's `GroupKFold`; nothing is random.
 *
 * @param groups the group of each row, whole numbers or texts; copied
 * @param k number of folds, an integer ≥ 2, at most the number of groups
 * @throws DownslopeError `ERR_OPTION`; `ERR_DATA` for groups that are no numbers or texts; where it is used, `ERR_SHAPE` when there are more
 * or fewer groups than rows
 * @example
 * ```ts
 * crossValidate(scans, { build, validation: groupKFold(patients, 5), metrics: ['auc'] })
 * ```
 */
export function groupKFold(groups: readonly Label[] | IntegerArray, k: number): Validation {
  readInteger('groupKFold', 'k', k, 2)
  const { ids, classes } = guarded('groupKFold', 'ERR_DATA', () =>
    encodeLabels('groupKFold', groups, undefined, 'groups'),
  )
  const hash = createHash('sha256').update(ids).digest('hex')
  if (k > classes.length) refuse('groupKFold', `k must be at most the number of groups (${classes.length})`, k)
  return defineValidation(
    { kind: 'groupKFold', k, rows: ids.length, groups: classes.length, hash },
    {
      folds: k,
      random: false,
      async draw(where, data) {
        const inside = `${where}: groupKFold`
        if (ids.length !== data.size) {
          const text = `${inside}: groups must have one entry for each of the ${data.size} rows, received ${ids.length}`
          throw new DownslopeError('ERR_SHAPE', text)
        }
        return drawFolds(inside, data, { kind: 'groupKFold', k }, ids)
      },
    },
  )
}
