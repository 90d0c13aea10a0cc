import { isTensor, type Tensor } from '../data/tensor.ts'
import { arrayKind, arrayLength, inOwnMemory } from '../data/typed.ts'
import type { NativeNetwork } from '../native/index.ts'
import { guarded } from '../options.ts'
import { type Network, outputsOf } from './network.ts'
import type { Kind } from './predict.ts'

/** What must be known of a network whose predictions for few rows take the short way. */
interface Short {
  /** Shape of a row of the only input, and how many numbers that are. */
  readonly row: readonly number[]
  readonly width: number
  /** The same of the only output. */
  readonly result: readonly number[]
  readonly size: number
}

/** The most rows that the short way takes; more are a matter of arithmetic. */
const MOST = 16
/** As the native side counts them; others change the shape of the result. */
const kinds: readonly Kind[] = ['none', 'softmax', 'sigmoid']
const shorts = new WeakMap<Network<string>, Short | 'none'>()

function shortOf(network: Network<string>): Short | 'none' {
  const [input, another] = network.graph.inputs
  const outputs = outputsOf(network)
  const [output] = outputs
  const named = network.outputs.length > 0
  if (input === undefined || another || input.type !== 'f32' || output === undefined || outputs[1] || named)
    return 'none'
  const row = input.shape.filter((size): size is number => typeof size === 'number')
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)
  return { row, width: product(row), result: output.row, size: product(output.row) }
}

/**
 * The only output for up to 16 rows of the only input, given as `Float32Array`s in tensors: what a server does for each request. Nothing where
 * the request is another one or not right, which the usual way answers.
 */
export function predictFew(
  handle: NativeNetwork,
  network: Network<string>,
  x: unknown,
  kind: Kind | undefined,
): Tensor<Float32Array> | undefined {
  let short = shorts.get(network)
  if (short === undefined) {
    short = shortOf(network)
    shorts.set(network, short)
  }
  const code = kinds.indexOf(kind ?? 'argmax')
  if (short === 'none' || code < 0) return undefined
  const { row, width, result, size } = short
  return guarded('predictSync', 'ERR_DATA', () => {
    if (!isTensor(x)) return undefined
    const { data, shape } = x
    const [rows = 0] = shape
    if (arrayKind(data) !== 'Float32Array' || !inOwnMemory(data) || !(Number.isInteger(rows) && rows <= MOST)) {
      return undefined
    }
    if (shape.length !== row.length + 1 || arrayLength(data) !== rows * width) return undefined
    for (let axis = 0; axis < row.length; axis++) if (shape[axis + 1] !== row[axis]) return undefined
    const out = new Float32Array(rows * size)
    if (!handle.predictFew(data as Float32Array, code, out)) return undefined
    return Object.freeze({ data: out, shape: Object.freeze([rows, ...result]) })
  })
}
