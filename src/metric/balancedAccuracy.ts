import { defineMetric, type MetricFactory } from './metric.ts'

/** Mean over the classes that have rows of the share of their rows that is right. */
export const balancedAccuracy: MetricFactory<'balancedAccuracy'> = defineMetric('balancedAccuracy', 'classes')
