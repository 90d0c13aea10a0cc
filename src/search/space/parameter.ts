import { frozen, refuse } from '../../options.ts'
import type { Json } from '../json.ts'

declare const type: unique symbol

/** What one parameter of a search space can be; made by {@link float}, {@link int}, {@link choice}, {@link ordinal} and {@link array}, frozen. */
export interface Parameter<T = unknown> {
  /** Name of its factory. */
  readonly kind: 'float' | 'int' | 'choice' | 'ordinal' | 'array'
  /** JSON form. */
  readonly config: ParameterConfig
  /** The type of its values; only types see it. */
  readonly [type]?: T
}

/** JSON form of a parameter. */
export interface ParameterConfig {
  readonly kind: string
  readonly [option: string]: Json
}

/** Parameters by their names. */
export interface ParameterRecord {
  readonly [name: string]: Parameter
}

/** The values of a parameter. */
export type ParameterValue<P> = P extends Parameter<infer T> ? T : never

/** What is behind a parameter, all checked. */
export type Node =
  | {
      readonly kind: 'float' | 'int'
      readonly low: number
      readonly high: number
      readonly log: boolean
      readonly step: number | undefined
    }
  | { readonly kind: 'ordinal' | 'category'; readonly values: readonly Json[] }
  | { readonly kind: 'branches'; readonly branches: ReadonlyMap<string, NodeRecord> }
  | {
      readonly kind: 'array'
      readonly element: Node
      readonly length: string | number
      readonly max: number | undefined
    }

/** Nodes by the names of their parameters, in the order in which they were declared. */
export type NodeRecord = ReadonlyMap<string, Node>

const nodes = new WeakMap<object, Node>()

/** Freezes a parameter with what is behind it. */
export function defineParameter<P extends Parameter>(config: P['config'], node: Node): P {
  const parameter = frozen({ kind: config.kind, config }) as P
  nodes.set(parameter, node)
  return parameter
}

/** The node behind a parameter; `ERR_OPTION` for anything that no factory made. */
export function nodeOf(where: string, name: string, value: unknown): Node {
  const node = typeof value === 'object' && value !== null ? nodes.get(value) : undefined
  return node ?? refuse(where, `${name} must be made by float, int, choice, ordinal or array`, value)
}

/** Reads parameters by name. Names are those of paths, so they hold no dots or brackets. */
export function readParameters(where: string, value: unknown, reserved: readonly string[] = []): NodeRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(where, 'parameters must be an object', value)
  }
  const record = new Map<string, Node>()
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name !== 'string' || !/^[^.[\]]+$/.test(name) || name === '__proto__') {
      refuse(where, 'names of parameters must be strings without . [ ]', name)
    }
    if (reserved.includes(name)) refuse(where, `the name '${name}' is taken`, name)
    record.set(name, nodeOf(where, name, (value as Record<string, unknown>)[name]))
  }
  for (const [name, node] of record) checkLength(where, name, node, record)
  return record
}

/** The length of an array has to be a number or the name of an integer beside it. */
function checkLength(where: string, name: string, node: Node, record: NodeRecord): void {
  if (node.kind !== 'array' || typeof node.length === 'number') return
  const length = record.get(node.length)
  if (length?.kind !== 'int') {
    refuse(where, `length of '${name}' must be a number or the name of an int beside it`, node.length)
  }
  if (length.low < 0) refuse(where, `'${node.length}', the length of '${name}', must be ≥ 0`, length.low)
  if (node.max !== undefined && length.high > node.max) {
    refuse(where, `'${node.length}', the length of '${name}', must be at most its max ${node.max}`, length.high)
  }
}

/** The configuration of parameters by name. */
export function configsOf(value: object): { readonly [name: string]: ParameterConfig } {
  return Object.fromEntries(Object.entries(value).map(([name, parameter]) => [name, (parameter as Parameter).config]))
}
