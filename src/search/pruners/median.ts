import { readOptions } from '../../options.ts'
import { type MedianOptions, percentilePlan, readMedian } from './percentile.ts'
import { definePruner, type Pruner } from './pruner.ts'

/**
 * Stops a trial whose best value so far is worse than the median of the values that completed trials reported at this step.
 *
 * As Optuna's `MedianPruner`, but on the trial's declared history.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * createStudy({ space, direction: 'minimize', pruner: median({ startupTrials: 5, warmupSteps: 3 }) })
 * ```
 */
export function median(options: MedianOptions = {}): Pruner {
  const read = readOptions('median', options, ['startupTrials', 'warmupSteps', 'interval', 'minTrials'])
  const shared = readMedian('median', read)
  return definePruner({ kind: 'median', ...shared }, percentilePlan(50, shared))
}
