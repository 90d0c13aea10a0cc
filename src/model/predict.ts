import { commonRows, readInputs, rowsOf } from '../data/columns.ts'
import { isDataset } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import type { Tensor } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import type { Transform } from '../loss/index.ts'
import type { Objective } from '../loss/objective.ts'
import { type NativeColumn, type NativeNetwork, type NativeTensor, unwrap, unwrapLater } from '../native/index.ts'
import { guarded } from '../options.ts'
import { type Classes, classesAt, matchInputs } from './match.ts'
import { type Network, outputsOf } from './network.ts'

/** Rows to predict, in pieces. */
export interface Batches {
  readonly rows: number
  /** Columns of each piece. */
  readonly pieces: readonly NativeColumn[][]
}

/** Reads inputs and cuts them into pieces of at most `size` rows. */
export function readBatches(where: string, network: Network<string>, x: unknown, size: number | undefined): Batches {
  return guarded(where, 'ERR_DATA', () => {
    if (isDataset(x)) {
      const text = `${where}: inputs must be rows of numbers, or a record of them by name, received a data set`
      throw new DownslopeError('ERR_DATA', text)
    }
    const only = network.graph.inputs[0]?.name ?? 'input'
    const columns = readInputs(where, x, only)
    matchInputs(where, network, { inputs: columns })
    const rows = commonRows(where, columns)
    if (size === undefined || size >= rows) return { rows, pieces: [columns.map((column) => column.native)] }
    const pieces: NativeColumn[][] = []
    for (let begin = 0; begin < rows; begin += size) {
      const end = Math.min(begin + size, rows)
      pieces.push(columns.map(({ native }) => slice(native, rows, begin, end)))
    }
    return { rows, pieces }
  })
}

function slice(column: NativeColumn, rows: number, begin: number, end: number): NativeColumn {
  const cut = { ...column }
  for (const field of ['f32', 'f64', 'u8', 'i32', 'u32'] as const) {
    const data = column[field]
    if (data !== undefined) Object.assign(cut, { [field]: rowsOf({ data, shape: [rows] }, begin, end).data })
  }
  return cut
}

/** What is done to an output before it is returned. */
export type Kind = Transform | 'argmax' | 'positive'

/** What `predict` gives: of the only output, or of several by name. */
export type Predicted<K extends string> = [K] extends [never]
  ? Tensor<Float32Array>
  : { readonly [N in K]: Tensor<Float32Array> }

/** What `predictClasses` gives: of the only output, or of those outputs that have labels. */
export type PredictedClasses<L extends Labels> = [L] extends [Label] ? L[] : { readonly [N in keyof L]: L[N][] }

/** One output of pieces, put together. */
function joined(rows: number, at: number, pieces: readonly NativeTensor[][]): Tensor<Float32Array> {
  const parts = pieces.map((outputs) => {
    const output = outputs[at]
    if (output === undefined) throw new DownslopeError('ERR_INTERNAL', 'predict: no output')
    return output
  })
  const [first] = parts
  const shape = Object.freeze([rows, ...(first?.shape ?? [])])
  if (first !== undefined && parts.length === 1) return Object.freeze({ data: first.values, shape })
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  let next = 0
  for (const { values } of parts) {
    data.set(values, next)
    next += values.length
  }
  return Object.freeze({ data, shape })
}

/** Predictions off the event loop, for each output in order; `kinds` has one entry for all or one for each. */
export async function predict(
  handle: NativeNetwork,
  batches: Batches,
  kinds: readonly Kind[],
): Promise<Tensor<Float32Array>[]> {
  const pieces: NativeTensor[][] = []
  for (const piece of batches.pieces) pieces.push(await unwrapLater(handle.predict(piece, kinds.join(), 0)))
  return together(batches.rows, pieces)
}

/** Predictions on this thread. */
export function predictHere(handle: NativeNetwork, batches: Batches, kinds: readonly Kind[]): Tensor<Float32Array>[] {
  const pieces = batches.pieces.map((piece) => unwrap(handle.predictSync(piece, kinds.join())))
  return together(batches.rows, pieces)
}

function together(rows: number, pieces: readonly NativeTensor[][]): Tensor<Float32Array>[] {
  return (pieces[0] ?? []).map((_, at) => joined(rows, at, pieces))
}

/** Values of outputs as the user gets them: the only one alone, several by name. */
export function byName<T>(network: Network<string>, values: readonly T[]): T | Readonly<Record<string, T>> {
  if (network.outputs.length === 0) return values[0] as T
  return Object.freeze(Object.fromEntries(network.outputs.map((name, at) => [name, values[at] as T])))
}

/** Classes of rows, of the only output or of those that have labels. */
export async function classesFrom(
  handle: NativeNetwork,
  network: Network<string>,
  objectives: readonly Objective[],
  classes: Classes,
  batches: Batches,
): Promise<Label[] | Record<string, Label[]>> {
  const outputs = outputsOf(network).map((output, at) => {
    const key = network.outputs[at]
    const single = output.row.at(-1) === 1
    const last = output.node?.op
    // a network that ends in sigmoid gives a probability, and class 1 begins at a half
    const half = single && last === 'sigmoid'
    const kind: Kind = half ? 'none' : single ? 'positive' : 'argmax'
    return { key, half, kind, labels: objectives[at] === undefined ? undefined : classesAt(classes, key) }
  })
  const predictions = await predict(
    handle,
    batches,
    outputs.map(({ kind }) => kind),
  )
  const known = outputs.flatMap(({ key, half, labels }, at): [string, Label[]][] => {
    if (labels === undefined) return []
    const chosen: Label[] = []
    for (const value of predictions[at]?.data ?? []) chosen.push(labels[half ? Number(value > 0.5) : value] as Label)
    return [[key ?? '', chosen]]
  })
  return network.outputs.length === 0 ? (known[0]?.[1] ?? []) : Object.fromEntries(known)
}
