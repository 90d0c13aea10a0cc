import { readName } from '../options.ts'
import { defineMetric, type MetricFactory } from './metric.ts'

/** Options of {@link auc}. */
export interface AucOptions {
  /** With more than two classes: the mean over classes, or weighted by their rows; default `'macro'`. */
  readonly average?: 'macro' | 'weighted'
}

/**
 * Area under the receiver operating characteristic: how often a row of a class is scored higher than one that is not, half of the ties
 * counted; with more than two classes each against the rest. NaN where there is only one class. Fawcett (2006).
 *
 * It keeps the scores of all rows until the end of an epoch: 4 bytes for each row and output.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * await model.evaluate(test, { metrics: ['auc'] })
 * ```
 */
export const auc: MetricFactory<'auc', AucOptions> = defineMetric('auc', 'classes', ['average'], ({ average }) => ({
  average: average === undefined ? 'macro' : readName('auc', 'average', average, ['macro', 'weighted'] as const),
}))
