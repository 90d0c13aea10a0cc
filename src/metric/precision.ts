import { type AverageOptions, readAverage } from './average.ts'
import { defineMetric, type MetricFactory } from './metric.ts'

/**
 * Of the rows that are predicted to be of a class, the share that are; 0 where none is predicted.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * fit(network, data, { loss: 'crossEntropy', metrics: ['precision', precision({ average: 'micro', name: 'precisionMicro' })] })
 * ```
 */
export const precision: MetricFactory<'precision', AverageOptions> = defineMetric(
  'precision',
  'classes',
  ['average'],
  readAverage('precision'),
)
