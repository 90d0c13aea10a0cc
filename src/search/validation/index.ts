import { type Dataset, insideOf, isDataset } from '../../data/dataset.ts'
import type { Labels } from '../../data/forms.ts'
import type { Label } from '../../data/labels.ts'
import { refuse } from '../../options.ts'
import * as all from './all.ts'
import { apart, whole } from './dataset.ts'
import { type Validation, type ValidationPlan, validationPlan } from './validation.ts'

/** How candidates are validated: a rule, or a data set of its own, on which every candidate is validated after training on all of the data. */
export type ValidationOption<L extends Labels = Label> = Validation | Dataset<L>

/** Rows to work on, as a view of our own, and how they are validated on. */
export interface ReadRows {
  readonly data: Dataset
  readonly validation: ValidationPlan
}

/** Reads data and the option `validation`; where it throws nothing is left open. */
export function readRows(where: string, data: unknown, validation: unknown): ReadRows {
  insideOf(where, data)
  return { validation: readValidation(where, validation), data: whole(where, data as Dataset) }
}

/** Reads the option `validation`. */
export function readValidation(where: string, value: unknown): ValidationPlan {
  const plan = validationPlan(value)
  if (plan !== undefined) return plan
  if (isDataset(value)) {
    insideOf(`${where}: validation`, value)
    return apart(`${where}: validation`, value)
  }
  return refuse(where, `validation must be a data set or made by ${Object.keys(all).join(', ')}`, value)
}
