import type { ColumnType } from '../data/columns.ts'
import type { Label } from '../data/labels.ts'
import type { OutputMeta } from '../data/outputs.ts'
import { DownslopeError } from '../errors.ts'
import { showShape } from '../options.ts'
import type { Network } from './network.ts'
import type { TargetColumn } from './withLoss.ts'

/** What is known of the columns that feed a network. */
export interface Fed {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly type: ColumnType }[]
}

/** Complains when data do not fit the inputs of a network. */
export function matchInputs(where: string, network: Network<string>, data: Fed): void {
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

/** The classes of a data set or model: of the only output, or of those outputs that have labels. */
export type Classes = readonly Label[] | Readonly<Record<string, readonly Label[]>> | undefined

/** What there is to predict for each output of a network, in their order. */
export function matchTargets(where: string, network: Network<string>, given: readonly OutputMeta[]): TargetColumn[] {
  const keys = network.outputs.length === 0 ? [undefined] : network.outputs
  const found = keys.map((key) => given.find((output) => output.key === key))
  if (given.length !== keys.length || found.includes(undefined)) {
    const say = (names: readonly (string | undefined)[]): string =>
      names.every((name) => name === undefined) ? 'for one output without a name' : `of ${names.join(', ')}`
    const text = `${where}: targets and labels must be ${say(keys)}, as the network has it`
    throw new DownslopeError('ERR_SHAPE', `${text}, received those ${say(given.map(({ key }) => key))}`)
  }
  return found.flatMap((output) => {
    if (output === undefined) return []
    return [{ column: output.column, classes: output.classes?.length, targets: output.shape }]
  })
}

/** The classes of a data set. */
export function classesOf(outputs: readonly OutputMeta[]): Classes {
  const [first] = outputs
  if (first?.key === undefined) return first?.classes
  const known = outputs.flatMap(({ key, classes }) => (classes === undefined ? [] : [[key, classes] as const]))
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** The classes of one output, `undefined` where it has none. */
export function classesAt(classes: Classes, key: string | undefined): readonly Label[] | undefined {
  if (classes === undefined || isList(classes)) return key === undefined ? classes : undefined
  return key !== undefined && Object.hasOwn(classes, key) ? classes[key] : undefined
}

const isList = (classes: NonNullable<Classes>): classes is readonly Label[] => Array.isArray(classes)

/** Complains when two data sets number their classes differently. */
export function matchClasses(where: string, network: Network<string>, expected: Classes, given: Classes): void {
  for (const key of network.outputs.length === 0 ? [undefined] : network.outputs) {
    const [known, received] = [classesAt(expected, key), classesAt(given, key)]
    if (known === undefined || received === undefined || JSON.stringify(known) === JSON.stringify(received)) continue
    const show = (classes: readonly Label[]): string => JSON.stringify(classes.slice(0, 12))
    const name = key === undefined ? 'classes' : `classes.${key}`
    const text = `${where}: ${name} must be those of the training data, ${show(known)} (pass them as \`classes\`)`
    throw new DownslopeError('ERR_DATA', `${text}, received ${show(received)}`)
  }
}
