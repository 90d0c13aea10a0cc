/**
 * Operations on expressions: for `minimize`, `gradient` and `evaluate`, and for losses of your own. Numbers, nested arrays,
 * typed arrays and tensors are constants wherever an expression is taken.
 *
 * @packageDocumentation
 */

export type { Nested, Tensor, TensorLike } from './data/tensor.ts'
export type { TensorData } from './data/typed.ts'
export * from './ops/index.ts'
