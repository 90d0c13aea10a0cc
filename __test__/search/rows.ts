import { type CustomMetric, type Dataset, dataset, dense, initialize, input, sequential } from '../../src/index.ts'
import { readValidation, type ValidationOption } from '../../src/search/validation/index.ts'
import { type Draw, validationPlan } from '../../src/search/validation/validation.ts'

/** Rows that know their number, with targets. */
export function numbered(rows: number): Dataset<never> {
  const inputs = Array.from({ length: rows }, (_, row) => [row])
  return dataset({ inputs, targets: inputs })
}

/** Rows that know their number, with labels. */
export function labelledRows(labels: readonly string[]): Dataset<string> {
  return dataset({ inputs: labels.map((_, row) => [row]), labels })
}

/** Which rows of {@link numbered} a view has. */
export async function rowsOf(view: Dataset<never>): Promise<number[]> {
  using model = await initialize(sequential([input({ shape: [1] }), dense(1)]))
  let rows: number[] = []
  const look: CustomMetric<'rows'> = {
    name: 'rows',
    evaluate(_, targets) {
      rows = Array.from((targets as { readonly data: Float32Array }).data)
      return 0
    },
  }
  await model.evaluate(view, { loss: 'meanSquaredError', metrics: [look] })
  return rows
}

/** The rows of the folds of a rule over {@link numbered} rows. */
export async function foldsOf(
  rule: ValidationOption<never>,
  data: Dataset<never>,
  draw: Partial<Draw> = {},
): Promise<{ train: number[]; validation: number[] }[]> {
  const drawn = await readValidation('test', rule).draw('test', data as never, { seed: 0, path: [], ...draw })
  const folds = []
  for (const { train, validation } of drawn) {
    folds.push({ train: await rowsOf(train as never), validation: await rowsOf(validation as never) })
  }
  return folds
}

/** Places of the validation rows of a rule's folds. */
export async function placesOf(rule: ValidationOption, data: Dataset, draw: Partial<Draw> = {}): Promise<number[][]> {
  const drawn = await validationPlan(rule)?.draw('test', data, { seed: 0, path: [], ...draw })
  return (drawn ?? []).map(({ places }) => Array.from(places ?? []))
}
