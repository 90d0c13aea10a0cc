import { native, unwrap } from '../native/index.ts'
import { guarded, readOptions } from '../options.ts'
import { commonRows, readInputs } from './columns.ts'
import { Dataset } from './dataset.ts'
import type { LabelOptions, Labels, LabelsOf, LabelValues, OutputOptions, TargetOptions } from './forms.ts'
import type { Label } from './labels.ts'
import { readOutputs, readWeights } from './outputs.ts'

/**
 * A data set: inputs with numbers (`targets`) or classes (`labels`) to predict. Everything is copied once into native
 * memory and checked; changing the arrays afterwards has no effect.
 *
 * Float64 is rounded to f32, Uint8 is kept as bytes, Int32 and Uint32 are ids. Arrays on shared memory are copied first.
 * For a network with several outputs, `targets`, `labels` or both are records by the names of the outputs.
 *
 * @throws DownslopeError `ERR_DATA` when values are not finite or too great for f32 (with row and column), there are no
 * rows, labels are of mixed types, or weights are negative or all 0; `ERR_SHAPE` when numbers of rows differ; `ERR_OPTION`
 * when options are unknown or an output has both or neither of `targets` and `labels`
 * @example
 * ```ts
 * const data = dataset({ inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], labels: ['no', 'yes', 'yes', 'no'] })
 * data.classes // ['no', 'yes']
 * const [train, test] = data.split(0.25, { seed: 1 })
 * const houses = dataset({ inputs: [[3, 1], [5, 2]], targets: { price: [310, 480] }, labels: { kind: ['flat', 'house'] } })
 * houses.classes.kind // ['flat', 'house']
 * ```
 */
export function dataset(options: TargetOptions): Dataset<never>
export function dataset(options: LabelOptions<string>): Dataset<string>
export function dataset(options: LabelOptions<number>): Dataset<number>
export function dataset<V extends Readonly<Record<string, LabelValues>>>(
  options: OutputOptions<V>,
): Dataset<LabelsOf<V>>
export function dataset(options: TargetOptions | LabelOptions<Label>): Dataset
export function dataset(options: unknown): Dataset<Labels> {
  return guarded('dataset', 'ERR_DATA', () => {
    const read = readOptions('dataset', options, ['inputs', 'targets', 'labels', 'classes', 'weights'])
    const outputs = readOutputs('dataset', read)
    const inputs = readInputs('dataset', read.inputs, 'input')
    const named = !(inputs.length === 1 && inputs[0]?.name === 'input')
    const weights = read.weights === undefined ? [] : [readWeights('dataset', read.weights)]
    const columns = [...inputs, ...outputs, ...weights]
    commonRows('dataset', columns)
    const handle = unwrap(native().createDataset(columns.map((column) => column.native)))
    return new Dataset({
      handle,
      meta: {
        inputs: inputs.map(({ name, shape, type }) => ({ name, shape, type })),
        outputs: outputs.map(({ meta }) => meta),
        weighted: weights.length > 0,
        named,
      },
    })
  })
}
