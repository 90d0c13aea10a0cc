import { type Dataset, insideOf } from '../../data/dataset.ts'
import { identify } from '../../data/drawn.ts'
import type { Label } from '../../data/labels.ts'
import type { ValidationPlan } from './validation.ts'

/** The rule of a data set apart: one fold, all of the data to train on and that set to validate on. */
export function apart(where: string, set: Dataset): ValidationPlan {
  const validation = whole(where, set)
  return {
    folds: 1,
    random: false,
    async draw(inside, data) {
      return [{ train: whole(inside, data), validation: whole(where, validation), places: undefined }]
    },
    identity: async (inside) => ({ kind: 'dataset', ...(await identify(inside, validation)) }),
    close: () => validation.close(),
  }
}

/** A view of our own, so that the caller may close his at once. */
export function whole(where: string, set: Dataset): Dataset {
  insideOf<Label>(where, set)
  return set.take(set.size)
}
