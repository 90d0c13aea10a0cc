import { type AverageOptions, readAverage } from './average.ts'
import { defineMetric, type MetricFactory } from './metric.ts'

/**
 * Of the rows of a class, the share that are predicted to be; 0 where there are none.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * fit(network, data, { loss: 'crossEntropy', metrics: ['recall', recall({ average: 'micro', name: 'recallMicro' })] })
 * ```
 */
export const recall: MetricFactory<'recall', AverageOptions> = defineMetric(
  'recall',
  'classes',
  ['average'],
  readAverage('recall'),
)
