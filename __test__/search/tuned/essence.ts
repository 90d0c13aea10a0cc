import { createHash } from 'node:crypto'
import type { Model, TrialRecord } from '../../../src/index.ts'

/** A hash of all weights. */
export function hash(model: Pick<Model, 'weights'> | undefined): string {
  const sum = createHash('sha256')
  for (const [name, { data }] of Object.entries(model?.weights() ?? {}))
    sum.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return sum.digest('hex').slice(0, 16)
}

/** What must not depend on workers or time. */
export const essence = (
  trials: readonly Pick<TrialRecord<unknown>, 'number' | 'params' | 'value' | 'status' | 'folds'>[],
): unknown =>
  trials.map(({ number, params, value, status, folds }) => ({ number, params, value, status, folds: folds.values }))
