import type { ColumnType } from '../data/columns.ts'
import type { Label } from '../data/labels.ts'
import { DownslopeError } from '../errors.ts'
import { showShape } from '../options.ts'
import type { Network } from './network.ts'

/** What is known of the columns that feed a network. */
export interface Fed {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly type: ColumnType }[]
}

/** Complains when data do not fit the inputs of a network. */
export function matchInputs(where: string, network: Network, data: Fed): void {
  const expected = network.graph.inputs
  const given = new Map(data.inputs.map((input) => [input.name, input]))
  if (given.size !== expected.length || !expected.every(({ name }) => given.has(name))) {
    const names = expected.map(({ name }) => name).join(', ')
    const text = `${where}: the network's inputs are ${names}, received ${[...given.keys()].join(', ')}`
    throw new DownslopeError('ERR_SHAPE', text)
  }
  for (const { name, shape, type } of expected) {
    const input = given.get(name)
    const row = ['rows', ...(input?.shape ?? [])]
    if (showShape(shape) !== showShape(row as readonly string[])) {
      throw new DownslopeError('ERR_SHAPE', `${where}: ${name} must be ${showShape(shape)}, received ${showShape(row)}`)
    }
    if (type === 'f32' && input?.type === 'u32') {
      const text = `${where}: ${name} must be numbers (Float32Array, Float64Array, Uint8Array or nested arrays)`
      throw new DownslopeError('ERR_DATA', `${text}, received ids (Int32Array or Uint32Array)`)
    }
  }
}

/** Complains when two data sets number their classes differently. */
export function matchClasses(
  where: string,
  expected: readonly Label[] | undefined,
  given: readonly Label[] | undefined,
): void {
  if (expected === undefined || given === undefined || JSON.stringify(expected) === JSON.stringify(given)) return
  const show = (classes: readonly Label[]): string => JSON.stringify(classes.slice(0, 12))
  const text = `${where}: classes must be those of the training data, ${show(expected)} (pass them as \`classes\`)`
  throw new DownslopeError('ERR_DATA', `${text}, received ${show(given)}`)
}
