import { defineMetric, type Metric } from './metric.ts'

/** Share of rows whose class is right: the largest output, or the side of the boundary with one output. */
export const accuracy: Metric = defineMetric({ of: 'classes' })
