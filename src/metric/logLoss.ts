import { defineMetric, type MetricFactory } from './metric.ts'

/** Mean of −log of the probability that a row’s class was given. */
export const logLoss: MetricFactory<'logLoss'> = defineMetric('logLoss', 'classes')
