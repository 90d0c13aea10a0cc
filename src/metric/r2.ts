import { defineMetric, type MetricFactory } from './metric.ts'

/** 1 − Σ (target − prediction)² / Σ (target − mean)², the mean over outputs; 1 is perfect, 0 is as good as the mean. */
export const r2: MetricFactory<'r2'> = defineMetric('r2', 'numbers')
