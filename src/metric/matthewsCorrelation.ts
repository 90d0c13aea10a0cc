import { defineMetric, type MetricFactory } from './metric.ts'

/** Correlation of classes and predicted classes, in [−1, 1]; 0 where one of them does not vary. Matthews (1975), for more than two
 * classes Gorodkin (2004). */
export const matthewsCorrelation: MetricFactory<'matthewsCorrelation'> = defineMetric('matthewsCorrelation', 'classes')
