import { defineMetric, type Metric } from './metric.ts'

/** Square root of the mean of (prediction − target)². */
export const rootMeanSquaredError: Metric = defineMetric({ of: 'numbers' })
