import type * as all from './all.ts'

export { engineMetrics, type Measure, type MetricKeys, type MetricsOption, named, readMeasures } from './measure.ts'

/** Names of the metrics. */
export type MetricName = keyof typeof all
