/**
 * Train and tune neural networks inside Node.
 *
 * @packageDocumentation
 */
export * from './data/index.ts'
export { DownslopeError, type ErrorCode } from './errors.ts'
export type { LossName } from './loss/index.ts'
export type { LossOption, TrainedLoss } from './loss/objective.ts'
export { type ConfusionMatrix, type ConfusionMatrixOptions, confusionMatrix } from './metric/confusionMatrix.ts'
export {
  type AucOptions,
  type AverageOptions,
  auc,
  type CustomMetric,
  f1,
  type Metric,
  type MetricConfig,
  type MetricFactory,
  type MetricKeys,
  type MetricName,
  type MetricOption,
  type MetricsOption,
  precision,
  recall,
  type TopKAccuracyOptions,
  topKAccuracy,
} from './metric/index.ts'
export * from './minimize/index.ts'
export * from './model/index.ts'
export type { Expression, ExpressionLike } from './ops/expression.ts'
export type { LossFunction } from './ops/loss.ts'
export * from './optimizer/all.ts'
export type { Optimizer, OptimizerConfig, OptimizerName } from './optimizer/index.ts'
export * from './regularizer/index.ts'
export * from './schedule/index.ts'
export * from './search/index.ts'
export * from './storage/index.ts'
export * from './train/index.ts'
