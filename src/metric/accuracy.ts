import { defineMetric, type MetricFactory } from './metric.ts'

/** Share of rows whose class is right: the largest output, or the side of the boundary with one output; of several yes/no
 * outputs the share of them that is right. */
export const accuracy: MetricFactory<'accuracy'> = defineMetric('accuracy', 'classes')
