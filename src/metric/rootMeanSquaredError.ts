import { defineMetric, type MetricFactory } from './metric.ts'

/** Square root of the mean over rows and outputs of (prediction − target)². */
export const rootMeanSquaredError: MetricFactory<'rootMeanSquaredError'> = defineMetric(
  'rootMeanSquaredError',
  'numbers',
)
