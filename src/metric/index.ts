import type * as all from './all.ts'

export type { AucOptions, TopKAccuracyOptions } from './all.ts'
export { auc, f1, precision, recall, topKAccuracy } from './all.ts'
export type { AverageOptions } from './average.ts'
export type { CustomMetric } from './custom.ts'
export {
  createNaming,
  engineMetrics,
  type Measure,
  type MetricKeys,
  type MetricOption,
  type MetricsOption,
  type Naming,
  readMeasures,
} from './measure.ts'
export type { Metric, MetricConfig, MetricFactory } from './metric.ts'

/** Names of the metrics. */
export type MetricName = keyof typeof all
