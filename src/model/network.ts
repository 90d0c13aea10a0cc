import { frozen, refuse } from '../options.ts'
import { type AppliedConfig, type LayerSummary, makerOf } from './builder.ts'
import type { GraphNode, GraphSpec, Size } from './graph.ts'
import type { LayerConfig } from './layer.ts'
import type { Input } from './layers/input.ts'
import type { TargetTransform } from './targetTransform.ts'

/** JSON form of a network. */
export type NetworkConfig = {
  /** What `fit` was told to learn instead of the targets; predictions are in their units all the same. */
  readonly targetTransform?: TargetTransform
} & (
  | {
      /** Made by `sequential`. */
      readonly kind: 'sequential'
      /** Its layers, the input first. */
      readonly layers: readonly LayerConfig[]
    }
  | {
      /** Made by `functional`. */
      readonly kind: 'functional'
      /** Its inputs by name. */
      readonly inputs: Readonly<Record<string, Input['config']>>
      /** Its layers in the order of their application. */
      readonly layers: readonly AppliedConfig[]
      /** The layer that makes the output, or one for each name. */
      readonly outputs: string | Readonly<Record<string, string>>
    }
)

/**
 * The structure of a model, without weights: made by {@link sequential} or {@link functional}, frozen. `K` are the names of
 * its outputs where they have names, `never` where there is one without.
 */
export interface Network<K extends string = never> {
  /** Tag. */
  readonly kind: 'network'
  /** JSON form. */
  readonly config: NetworkConfig
  /** Its layers in order. */
  readonly layers: readonly LayerSummary[]
  /** Names of its outputs; none where there is one without a name. */
  readonly outputs: readonly K[]
  /** The graph that the engine runs. */
  readonly graph: GraphSpec
}

/** One output of a network. */
export interface NetworkOutput {
  /** Name of the value. */
  readonly value: string
  /** Shape of one row. */
  readonly row: readonly number[]
  /** The node that makes it, where it is not an input. */
  readonly node: GraphNode | undefined
}

/** The outputs of a network: one without a name, or in the order of `network.outputs`. */
export function outputsOf({ graph, layers }: Network<string>): readonly NetworkOutput[] {
  return graph.outputs.map(({ value }) => {
    const made = layers.find(({ name }) => name === makerOf(value)) ?? graph.inputs.find(({ name }) => name === value)
    const row = (made?.shape ?? []).filter((size: Size): size is number => size !== 'rows')
    return { value, row, node: graph.nodes.find(({ name }) => name === value) }
  })
}

const made = new WeakSet<object>()

/** Freezes a network. */
export function defineNetwork(
  config: NetworkConfig,
  graph: GraphSpec,
  layers: readonly LayerSummary[],
): Network<string> {
  const named = config.kind === 'functional' && typeof config.outputs === 'object'
  const outputs = named ? graph.outputs.map(({ name }) => name) : []
  const network: Network<string> = frozen({ kind: 'network', config, layers, outputs, graph })
  made.add(network)
  return network
}

/** True for what {@link defineNetwork} made. */
export function isNetwork(value: unknown): value is Network<string> {
  return typeof value === 'object' && value !== null && made.has(value)
}

/** Reads an argument that is a network. */
export function readNetwork(where: string, value: unknown): Network<string> {
  return isNetwork(value) ? value : refuse(where, 'the network must be made by sequential or functional', value)
}
