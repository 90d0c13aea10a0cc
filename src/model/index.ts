export type { ActivationName } from './activations/index.ts'
export type { AppliedConfig, LayerSummary, Value } from './builder.ts'
export { functional, type OutputNames } from './functional.ts'
export type {
  GraphInput,
  GraphLoss,
  GraphNode,
  GraphParameter,
  GraphSpec,
  GraphState,
  Size,
  ValueType,
} from './graph.ts'
export { type InitializeOptions, initialize } from './initialize.ts'
export {
  type Initializer,
  type InitializerName,
  type Initializers,
  initializers,
  type NormalOptions,
  type UniformOptions,
} from './initializers.ts'
export type { Layer, LayerConfig, MergingLayer } from './layer.ts'
export * from './layers/index.ts'
export { loadModel } from './load.ts'
export type { AnyModel, EvaluateOptions, Model, PredictOptions } from './model.ts'
export type { Network, NetworkConfig } from './network.ts'
export type { Predicted, PredictedClasses } from './predict.ts'
export { sequential } from './sequential.ts'
export type { TargetTransform } from './targetTransform.ts'
