import { defineMetric, type MetricFactory } from './metric.ts'

/** Mean over rows and outputs of (prediction − target)². */
export const meanSquaredError: MetricFactory<'meanSquaredError'> = defineMetric('meanSquaredError', 'numbers')
