import { defineMetric, type Metric } from './metric.ts'

/** Mean of |prediction − target|. */
export const meanAbsoluteError: Metric = defineMetric({ of: 'numbers' })
