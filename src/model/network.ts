import { frozen, refuse } from '../options.ts'
import type { LayerSummary } from './builder.ts'
import type { GraphSpec } from './graph.ts'
import type { LayerConfig } from './layer.ts'

/** JSON form of a network. */
export interface NetworkConfig {
  /** How it was made. */
  readonly kind: 'sequential'
  /** Its layers, the input first. */
  readonly layers: readonly LayerConfig[]
}

/** The structure of a model, without weights: made by {@link sequential}, frozen. */
export interface Network {
  /** Tag. */
  readonly kind: 'network'
  /** JSON form. */
  readonly config: NetworkConfig
  /** Its layers in order. */
  readonly layers: readonly LayerSummary[]
  /** The graph that the engine runs. */
  readonly graph: GraphSpec
}

const made = new WeakSet<object>()

/** Freezes a network. */
export function defineNetwork(config: NetworkConfig, graph: GraphSpec, layers: readonly LayerSummary[]): Network {
  const network: Network = frozen({ kind: 'network', config, layers, graph })
  made.add(network)
  return network
}

/** True for what {@link defineNetwork} made. */
export function isNetwork(value: unknown): value is Network {
  return typeof value === 'object' && value !== null && made.has(value)
}

/** Reads an argument that is a network. */
export function readNetwork(where: string, value: unknown): Network {
  return isNetwork(value) ? value : refuse(where, 'the network must be made by sequential', value)
}
