import { defineMetric, type MetricFactory } from './metric.ts'

/** Mean over rows and outputs of |prediction − target| / |target|, as a share: 0.1 is ten percent. */
export const meanAbsolutePercentageError: MetricFactory<'meanAbsolutePercentageError'> = defineMetric(
  'meanAbsolutePercentageError',
  'numbers',
)
