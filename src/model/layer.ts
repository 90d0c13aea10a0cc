import { DownslopeError } from '../errors.ts'
import { frozen, guarded, refuse } from '../options.ts'
import { type Builder, builderOf, type Scope, type Value } from './builder.ts'

/** JSON form of a layer. */
export interface LayerConfig {
  /** Name of its factory. */
  readonly kind: string
  readonly [option: string]: unknown
}

/**
 * A layer: a pure function that adds nodes to the graph of the value it is given. Applied twice, it shares its
 * parameters. Frozen; its options are `.config`.
 */
export interface Layer {
  (value: Value): Value
  /** JSON form. */
  readonly config: LayerConfig
}

/** A layer that merges several values into one. Frozen; its options are `.config`. */
export interface MergingLayer {
  (values: readonly Value[]): Value
  /** JSON form. */
  readonly config: LayerConfig
}

const layers = new WeakSet<object>()

/** Makes a layer from what it does to a graph. `config.name`, when given, is its name in the network. */
export function defineLayer(config: LayerConfig, build: (scope: Scope, value: Value) => Value): Layer {
  const apply = (value: Value): Value => {
    const builder = builderOf(value) ?? refuse(config.kind, 'a layer is applied to a value of a network', value)
    return builder.apply(layer, [value], (scope) => build(scope, value))
  }
  const layer: Layer = Object.freeze(Object.assign(apply, { config: frozen(config) }))
  layers.add(layer)
  return layer
}

/** Makes a layer that takes a list of at least two values of one network. */
export function defineMergingLayer(
  config: LayerConfig,
  build: (scope: Scope, values: readonly [Value, Value, ...Value[]]) => Value,
): MergingLayer {
  const apply = (list: readonly Value[]): Value => {
    const values = guarded(config.kind, 'ERR_OPTION', () => readValues(config.kind, list))
    return (builderOf(values[0]) as Builder).apply(layer, values, (scope) => build(scope, values))
  }
  const layer: MergingLayer = Object.freeze(Object.assign(apply, { config: frozen(config) }))
  return layer
}

function readValues(where: string, list: unknown): readonly [Value, Value, ...Value[]] {
  if (!Array.isArray(list)) return refuse(where, 'takes a list of values of a network', list)
  const values: Value[] = []
  // one by one, so that a list of holes ends at the first, however long it is
  for (let at = 0; at < list.length; at++) {
    const value: unknown = list[at]
    const own = builderOf(value) ?? refuse(where, 'a layer is applied to values of a network', value)
    values.push(value as Value)
    if (own !== builderOf(values[0])) {
      throw new DownslopeError('ERR_OPTION', `${where}: all values must be of one network`)
    }
  }
  if (values.length < 2) return refuse(where, 'takes at least two values', values.length)
  return values as [Value, Value, ...Value[]]
}

/** True for what {@link defineLayer} made. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === 'function' && layers.has(value)
}

/** Reads the option `name`: a text without slashes and colons, which separate the parts of longer names. */
export function readLayerName(where: string, value: unknown): { readonly name?: string } {
  if (value === undefined) return {}
  if (typeof value !== 'string' || !/^[\w.-]{1,100}$/.test(value)) {
    refuse(where, 'name must be 1 to 100 letters, digits, _ . or -', value)
  }
  return { name: value }
}
