import { readInteger } from '../options.ts'
import { defineMetric, type MetricFactory } from './metric.ts'

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions {
  /** How many of the largest outputs may hold the class, an integer ≥ 1; default 5. */
  readonly k?: number
}

/**
 * Share of rows whose class is among the k largest outputs; of equal ones the first counts first.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * await model.evaluate(test, { metrics: [topKAccuracy({ k: 3 })] })
 * ```
 */
export const topKAccuracy: MetricFactory<'topKAccuracy', TopKAccuracyOptions> = defineMetric(
  'topKAccuracy',
  'classes',
  ['k'],
  ({ k }) => ({ k: readInteger('topKAccuracy', 'k', k, 1, 5) }),
)
