/** What a metric needs. */
export interface Metric {
  /** Compares classes, or numbers. */
  readonly of: 'classes' | 'numbers'
}

/** Freezes a metric. */
export function defineMetric(metric: Metric): Metric {
  return Object.freeze(metric)
}
