import { readName } from '../options.ts'
import * as all from './all.ts'
import type { Loss } from './loss.ts'

export type { Loss, TargetShape, TargetType, Transform } from './loss.ts'

/** Names of the losses. */
export type LossName = keyof typeof all

/** Reads an option that names a loss. */
export function readLoss(where: string, value: unknown): LossName {
  return readName(where, 'loss', value, Object.keys(all) as LossName[])
}

/** The loss of a name. */
export function lossNamed(name: LossName): Loss {
  return all[name]
}
