import { DownslopeError } from '../errors.ts'
import { native, unwrap } from '../native/index.ts'
import { frozen, showShape } from '../options.ts'
import type { GraphInput, GraphNode, GraphParameter, GraphSpec, GraphState, ValueType } from './graph.ts'

/** A value of a network under construction: what layers take and give. */
export interface Value extends ValueType {
  /** Tag. */
  readonly kind: 'value'
  /** Name of the input or node that makes it. */
  readonly name: string
}

/** What a layer may do to the graph while it is applied. */
export interface Scope {
  /** Name of the layer in this network, for example `dense_1`. */
  readonly name: string
  /** A parameter `name/suffix`; the second application of a layer gets the first one's. */
  parameter(suffix: string, shape: readonly number[], options: Omit<GraphParameter, 'name' | 'shape'>): Operand
  /** A state `name/suffix` that is not trained by gradients. */
  state(suffix: string, shape: readonly number[], initial: number): Operand
  /** An operation; its name is the layer's, with a suffix where a layer has more than one. */
  node(suffix: string, op: string, inputs: readonly Operand[], attributes?: GraphNode['attributes']): Value
}

/** What a node can take. */
export interface Operand extends ValueType {
  readonly name: string
}

/** One layer of a finished network, for `describe`: one entry for each time it is applied. */
export interface LayerSummary {
  /** Name in the network. */
  readonly name: string
  /** Kind of the layer. */
  readonly kind: string
  /** Names of the layers and inputs that it takes values of. */
  readonly inputs: readonly string[]
  /** Shape of its output, rows first. */
  readonly shape: readonly (number | 'rows')[]
  /** Numbers that training changes; those of a layer that is applied twice count once. */
  readonly parameters: number
}

/** One application of a layer. */
interface Application {
  readonly name: string
  readonly layer: LayerLike
  readonly inputs: readonly string[]
  readonly nodes: GraphNode[]
  readonly output: Value
}

/** What the builder needs to know of a layer. */
export interface LayerLike {
  readonly config: { readonly kind: string; readonly name?: unknown }
}

interface Applied {
  readonly name: string
  times: number
  readonly operands: Map<string, Operand>
}

/** A layer of a finished network with where its values come from, as JSON. */
export interface AppliedConfig {
  /** Name in the network. */
  readonly name: string
  /** Names of the layers and inputs that it takes values of. */
  readonly inputs: readonly string[]
  /** JSON form of the layer. */
  readonly layer: Readonly<Record<string, unknown>>
}

/** What {@link Builder.finish} gives. */
export interface Finished {
  readonly graph: GraphSpec
  readonly layers: readonly LayerSummary[]
  readonly applied: readonly AppliedConfig[]
}

/** A graph under construction. */
export interface Builder {
  input(name: string, type: ValueType): Value
  /** Applies a layer to values, all of this network. */
  apply(layer: LayerLike, values: readonly Value[], build: (scope: Scope) => Value): Value
  /** Ends the construction: what no output needs is left out. */
  finish(outputs: Readonly<Record<string, Value>>): Finished
}

/** The layer or input that makes a value. */
export const makerOf = (value: string): string => value.split('/')[0] as string

/** More elements in one tensor are surely a mistake. */
const LARGEST = 2 ** 31

const builders = new WeakMap<object, Builder>()

/** The network that a value belongs to. */
export function builderOf(value: unknown): Builder | undefined {
  return typeof value === 'object' && value !== null ? builders.get(value) : undefined
}

/** Names that training gives to what it adds. */
const RESERVED = ['target', 'loss']

/** Starts a graph. */
export function createBuilder(): Builder {
  const inputs: GraphInput[] = []
  const parameters: GraphParameter[] = []
  const states: GraphState[] = []
  const nodes: GraphNode[] = []
  const applications: Application[] = []
  const names = new Set<string>()
  const counts = new Map<string, number>()
  const applied = new Map<object, Applied>()
  let finished = false

  const claim = (name: string): string => {
    if (RESERVED.includes(makerOf(name))) {
      throw new DownslopeError('ERR_OPTION', `${name}: the names ${RESERVED.join(' and ')} are those of what fit adds`)
    }
    if (names.has(name)) throw new DownslopeError('ERR_OPTION', `${name}: a name must be used once, received it twice`)
    names.add(name)
    return name
  }
  const value = (name: string, type: ValueType): Value => {
    const made: Value = frozen({ kind: 'value', name, shape: [...type.shape], type: type.type })
    builders.set(made, builder)
    return made
  }
  const nameFor = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${kind}_${count}`
  }
  const shared = (entry: Applied, suffix: string, shape: readonly number[], make: (name: string) => void): Operand => {
    const known = entry.operands.get(suffix)
    if (known === undefined) {
      if (shape.reduce((a, b) => a * b, 1) > LARGEST) {
        const text = `${entry.name}/${suffix} must have at most ${LARGEST} elements, received ${showShape(shape)}`
        throw new DownslopeError('ERR_SHAPE', text)
      }
      const name = claim(`${entry.name}/${suffix}`)
      const operand: Operand = frozen({ name, shape: [...shape], type: 'f32' })
      entry.operands.set(suffix, operand)
      make(name)
      return operand
    }
    if (showShape(known.shape) !== showShape(shape)) {
      const text = `${known.name}: a layer applied twice needs inputs of one shape, its parameter is`
      throw new DownslopeError('ERR_SHAPE', `${text} ${showShape(known.shape)}, received ${showShape(shape)}`)
    }
    return known
  }
  const builder: Builder = {
    input(name, type) {
      inputs.push(frozen({ name: claim(name), shape: [...type.shape], type: type.type }))
      return value(name, type)
    },
    apply(layer, values, build) {
      const { kind } = layer.config
      if (finished) {
        throw new DownslopeError(
          'ERR_OPTION',
          `${kind}: the network of this value is finished; apply layers while it is built`,
        )
      }
      const given = typeof layer.config.name === 'string' ? layer.config.name : undefined
      const entry = applied.get(layer) ?? { name: given ?? nameFor(kind), times: 0, operands: new Map() }
      applied.set(layer, entry)
      entry.times += 1
      const prefix = entry.times === 1 ? entry.name : `${entry.name}:${entry.times}`
      const own: GraphNode[] = []
      const output = build({
        name: prefix,
        parameter: (suffix, shape, options) =>
          shared(entry, suffix, shape, (name) => parameters.push(frozen({ name, shape: [...shape], ...options }))),
        state: (suffix, shape, initial) =>
          shared(entry, suffix, shape, (name) => states.push(frozen({ name, shape: [...shape], initial }))),
        node(suffix, op, operands, attributes = {}) {
          const name = suffix === '' ? prefix : `${prefix}/${suffix}`
          const type = infer(name, op, operands, attributes)
          own.push(frozen({ name: claim(name), op, inputs: operands.map((operand) => operand.name), attributes }))
          return value(name, type)
        },
      })
      nodes.push(...own)
      applications.push({ name: prefix, layer, inputs: values.map(({ name }) => makerOf(name)), nodes: own, output })
      return output
    },
    finish(outputs) {
      finished = true
      const list = Object.entries(outputs).map(([name, output]) => ({ name, value: output.name }))
      const used = new Set(list.map((output) => output.value))
      for (const node of [...nodes].reverse()) if (used.has(node.name)) for (const input of node.inputs) used.add(input)
      const needed = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
        all.filter(({ name }) => used.has(name))
      const idle = inputs.find(({ name }) => !used.has(name))
      if (idle !== undefined) {
        throw new DownslopeError(
          'ERR_OPTION',
          `${idle.name}: an input must be used by an output, received one that is not`,
        )
      }
      const layers: LayerSummary[] = []
      const configs: AppliedConfig[] = []
      const counted = new Set<string>()
      for (const { name, layer, inputs: from, nodes: own, output } of applications) {
        if (!own.some((node) => used.has(node.name))) continue
        const operands = new Set(own.flatMap((node) => node.inputs))
        const added = parameters.filter(
          (parameter) => operands.has(parameter.name) && parameter.trainable && !counted.has(parameter.name),
        )
        for (const parameter of added) counted.add(parameter.name)
        layers.push({
          name,
          kind: layer.config.kind,
          inputs: from,
          shape: output.shape,
          parameters: added.reduce(count, 0),
        })
        configs.push({ name, inputs: from, layer: layer.config })
      }
      const graph = {
        inputs,
        parameters: needed(parameters),
        states: needed(states),
        nodes: needed(nodes),
        outputs: list,
        losses: [],
      }
      return frozen({ graph, layers, applied: configs })
    },
  }
  return builder
}

const count = (sum: number, parameter: GraphParameter): number => sum + parameter.shape.reduce((a, b) => a * b, 1)

function infer(name: string, op: string, operands: readonly Operand[], attributes: GraphNode['attributes']): ValueType {
  const inputs = operands.map(({ shape, type }) => ({ shape, type }))
  return JSON.parse(unwrap(native().infer(JSON.stringify({ name, op, inputs, attributes })))) as ValueType
}
