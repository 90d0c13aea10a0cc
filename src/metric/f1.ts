import { type AverageOptions, readAverage } from './average.ts'
import { defineMetric, type MetricFactory } from './metric.ts'

/**
 * Harmonic mean of precision and recall of each class, as scikit-learn’s `f1_score` with `zero_division=0`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * fit(network, data, { loss: 'crossEntropy', metrics: ['f1', f1({ average: 'micro', name: 'f1Micro' })] })
 * ```
 */
export const f1: MetricFactory<'f1', AverageOptions> = defineMetric('f1', 'classes', ['average'], readAverage('f1'))
