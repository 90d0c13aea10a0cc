export type { Candidate } from './candidate.ts'
export {
  type ComparedFold,
  type ComparedModel,
  type CompareModelsOptions,
  compareModels,
  type ModelComparison,
  type ModelDifference,
} from './compareModels.ts'
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type FoldRecord,
} from './crossValidate.ts'
export {
  type BatchSizes,
  type FindBatchSizeOptions,
  findBatchSize,
  type MeasuredBatchSize,
} from './findBatchSize.ts'
export { type FindLearningRateOptions, findLearningRate, type LearningRates } from './findLearningRate.ts'
export type { Direction, Series } from './history.ts'
export type { Json } from './json.ts'
export * from './pruners/all.ts'
export type { IntervalOptions } from './pruners/interval.ts'
export type { Pruner, PrunerConfig } from './pruners/pruner.ts'
export * from './samplers/all.ts'
export { gaussianProcess as bayesian } from './samplers/gaussianProcess.ts'
export type { Sampler, SamplerConfig } from './samplers/sampler.ts'
export type { ScoreOption } from './score.ts'
export * from './space/index.ts'
export type { PairedDifference } from './statistics/paired.ts'
export * from './stopping/all.ts'
export type { Stopping, StoppingConfig } from './stopping/stopping.ts'
export * from './study/index.ts'
export type { TuneDetail, TuneOptions } from './tune/options.ts'
export { type TuneFoldProgress, type TuneProgress, type TuneResult, tune } from './tune/tune.ts'
export * from './validation/all.ts'
export type { ValidationOption } from './validation/index.ts'
export type { DrawOptions } from './validation/stratify.ts'
export type { Validation, ValidationConfig } from './validation/validation.ts'
