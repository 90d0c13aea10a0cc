import * as all from './all.ts'
import type { Loss } from './loss.ts'

export type { Loss, TargetShape, TargetType, Transform } from './loss.ts'

/** Names of the losses. */
export type LossName = keyof typeof all

/** All names of losses. */
export const lossNames: readonly LossName[] = Object.freeze(Object.keys(all) as LossName[])

/** The loss of a name. */
export function lossNamed(name: LossName): Loss {
  return all[name]
}
