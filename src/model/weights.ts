import { readTensor, type Tensor } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import type { NativeTensor } from '../native/index.ts'
import { refuse, showShape } from '../options.ts'
import type { GraphSpec } from './graph.ts'

/** Tensors by name. */
export function readWeights(tensors: readonly NativeTensor[]): Record<string, Tensor<Float32Array>> {
  return Object.fromEntries(tensors.map(({ name, shape, values }) => [name, Object.freeze({ data: values, shape })]))
}

/** Reads a record of weights for a graph; shapes must be those of the graph. */
export function writeTensors(weights: unknown, graph: GraphSpec): NativeTensor[] {
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) {
    return refuse('setWeights', 'weights must be an object of tensors by name', weights)
  }
  const shapes = new Map([...graph.parameters, ...graph.states].map(({ name, shape }) => [name, shape]))
  const tensors: NativeTensor[] = []
  for (const name of Reflect.ownKeys(weights)) {
    const shape = typeof name === 'string' ? shapes.get(name) : undefined
    if (typeof name !== 'string' || shape === undefined) {
      return refuse('setWeights', `names must be among ${[...shapes.keys()].join(', ')}`, name)
    }
    const tensor = readTensor(`setWeights: ${name}`, (weights as Readonly<Record<string, unknown>>)[name])
    if (showShape(tensor.shape) !== showShape(shape)) {
      const text = `setWeights: ${name} must be ${showShape(shape)}, received ${showShape(tensor.shape)}`
      throw new DownslopeError('ERR_SHAPE', text)
    }
    tensors.push({ name, shape: [...shape], values: Float32Array.from(tensor.data) })
  }
  return tensors
}
