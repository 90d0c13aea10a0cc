import { definePruner, type Pruner } from './pruner.ts'

/**
 * Never stops a trial.
 *
 * @example
 * ```ts
 * createStudy({ space, direction: 'minimize', pruner: noPruner() })
 * ```
 */
export function noPruner(): Pruner {
  return definePruner({ kind: 'noPruner' }, { usesHistory: false, series: 'none', prune: () => false })
}
