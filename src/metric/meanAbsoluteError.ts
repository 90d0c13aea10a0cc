import { defineMetric, type MetricFactory } from './metric.ts'

/** Mean over rows and outputs of |prediction − target|. */
export const meanAbsoluteError: MetricFactory<'meanAbsoluteError'> = defineMetric('meanAbsoluteError', 'numbers')
