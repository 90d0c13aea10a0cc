import { commonRows, readInputs, rowsOf } from '../data/columns.ts'
import { isDataset } from '../data/dataset.ts'
import type { Label } from '../data/labels.ts'
import type { Tensor } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import type { LossName, Transform } from '../loss/index.ts'
import { type NativeColumn, type NativeNetwork, type NativeTensor, unwrap, unwrapLater } from '../native/index.ts'
import { guarded } from '../options.ts'
import { matchInputs } from './match.ts'
import type { Network } from './network.ts'
import { probabilityTransform } from './withLoss.ts'

/** Rows to predict, in pieces. */
export interface Batches {
  readonly rows: number
  /** Columns of each piece. */
  readonly pieces: readonly NativeColumn[][]
}

/** Reads inputs and cuts them into pieces of at most `size` rows. */
export function readBatches(where: string, network: Network, x: unknown, size: number | undefined): Batches {
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

type Kind = Transform | 'argmax' | 'positive'

/** The only output of pieces, put together. */
function joined(rows: number, outputs: readonly NativeTensor[][]): Tensor<Float32Array> {
  const parts = outputs.map(([output]) => {
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

/** Predictions off the event loop. */
export async function predict(handle: NativeNetwork, batches: Batches, kind: Kind): Promise<Tensor<Float32Array>> {
  const outputs: NativeTensor[][] = []
  for (const piece of batches.pieces) outputs.push(await unwrapLater(handle.predict(piece, kind, 0)))
  return joined(batches.rows, outputs)
}

/** Predictions on this thread. */
export function predictHere(handle: NativeNetwork, batches: Batches, kind: Kind): Tensor<Float32Array> {
  return joined(
    batches.rows,
    batches.pieces.map((piece) => unwrap(handle.predictSync(piece, kind))),
  )
}

/** Classes of rows. */
export async function classesFrom<L extends Label>(
  handle: NativeNetwork,
  network: Network,
  loss: LossName,
  classes: readonly L[],
  batches: Batches,
): Promise<L[]> {
  const single = network.layers.at(-1)?.shape.at(-1) === 1
  // a network that ends in sigmoid gives a probability, and class 1 begins at a half
  const half = single && probabilityTransform(network, loss) === 'none'
  const { data } = await predict(handle, batches, half ? 'none' : single ? 'positive' : 'argmax')
  const labels: L[] = []
  for (const value of data) labels.push(classes[half ? Number(value > 0.5) : value] as L)
  return labels
}
