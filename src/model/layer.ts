import { frozen, refuse } from '../options.ts'
import { builderOf, type Scope, type Value } from './builder.ts'

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

const layers = new WeakSet<object>()

/** Makes a layer from what it does to a graph. `config.name`, when given, is its name in the network. */
export function defineLayer(config: LayerConfig, build: (scope: Scope, value: Value) => Value): Layer {
  const given = typeof config.name === 'string' ? config.name : undefined
  const apply = (value: Value): Value => {
    const builder = builderOf(value) ?? refuse(config.kind, 'a layer is applied to a value of a network', value)
    return builder.apply(layer, config.kind, given, (scope) => build(scope, value))
  }
  const layer: Layer = Object.freeze(Object.assign(apply, { config: frozen(config) }))
  layers.add(layer)
  return layer
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
