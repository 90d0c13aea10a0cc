export type { Inputs } from './columns.ts'
export type { Dataset, DatasetShapes, Fold, SplitOptions, SplitParts } from './dataset.ts'
export type {
  ClassesOf,
  LabelOf,
  LabelOptions,
  LabelRecord,
  Labels,
  LabelsOf,
  LabelValues,
  OutputOptions,
  RowOptions,
  TargetOptions,
} from './forms.ts'
export { datasetFrom } from './from.ts'
export type {
  DatasetFromOptions,
  ItemLabels,
  LabelItem,
  OutputItem,
  RowItem,
  RowSource,
  TargetItem,
} from './items.ts'
export type { Label } from './labels.ts'
export { dataset } from './make.ts'
export { type Nested, type Tensor, type TensorLike, tensor } from './tensor.ts'
export type { IntegerArray, TensorData } from './typed.ts'
