export * from './activations.ts'
export * from './arithmetic.ts'
export {
  type ConcatenateOptions,
  concatenate,
  type GatherOptions,
  gather,
  type SliceOptions,
  slice,
} from './arrange.ts'
export type { Binary, Unary } from './elementwise.ts'
export type { Expression, ExpressionLike } from './expression.ts'
export * from './functions.ts'
export type { LossFunction } from './loss.ts'
export * from './losses.ts'
export * from './matmul.ts'
export * from './reduce.ts'
export * from './reshape.ts'
export * from './select.ts'
export * from './softmax.ts'
