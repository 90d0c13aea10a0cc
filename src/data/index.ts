export type { Inputs } from './columns.ts'
export {
  type Dataset,
  type DatasetShapes,
  dataset,
  type Fold,
  type LabelOptions,
  type SplitOptions,
  type TargetOptions,
} from './dataset.ts'
export type { Label } from './labels.ts'
export { type Nested, type Tensor, type TensorLike, tensor } from './tensor.ts'
export type { IntegerArray, TensorData } from './typed.ts'
