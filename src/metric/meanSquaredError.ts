import { defineMetric, type Metric } from './metric.ts'

/** Mean of (prediction − target)². */
export const meanSquaredError: Metric = defineMetric({ of: 'numbers' })
