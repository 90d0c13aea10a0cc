import { DownslopeError } from '../errors.ts'
import { type LossName, lossNames } from '../loss/index.ts'
import type { Objective } from '../loss/objective.ts'
import { frozen } from '../options.ts'
import type { LayerSummary } from './builder.ts'
import type { GraphSpec } from './graph.ts'
import type { Classes } from './match.ts'
import { defineNetwork, type Network, type NetworkConfig } from './network.ts'

/** What a model file says about itself, besides its tensors. */
interface Metadata {
  readonly format: 'downslope'
  readonly version: 1
  readonly config: NetworkConfig
  readonly layers: readonly LayerSummary[]
  readonly graph: GraphSpec
  /** One for each output. */
  readonly losses?: readonly Pick<Objective, 'name' | 'weight'>[]
  readonly classes?: NonNullable<Classes>
}

/** What {@link metadataOf} needs of a model. */
export interface Described {
  readonly network: Network<string>
  /** What it was trained with, one for each output. */
  readonly objectives: readonly Objective[] | undefined
  readonly classes: Classes
}

/** The metadata of a model, as one JSON text. */
export function metadataOf({ network, objectives, classes }: Described): string {
  const metadata: Metadata = {
    format: 'downslope',
    version: 1,
    config: network.config,
    layers: network.layers,
    graph: network.graph,
    ...(objectives === undefined ? {} : { losses: objectives.map(({ name, weight }) => ({ name, weight })) }),
    ...(classes === undefined ? {} : { classes }),
  }
  return JSON.stringify(metadata)
}

/** Reads it back. */
export function readMetadata(text: string): Described {
  try {
    const { format, version, config, layers, graph, losses, classes } = JSON.parse(text) as Partial<Metadata>
    if (format !== 'downslope' || version !== 1 || !config || !layers || !graph) throw new Error('unknown format')
    return {
      network: defineNetwork(config, graph, layers),
      objectives: losses?.map(readObjective),
      classes: frozen(classes),
    }
  } catch (cause) {
    throw new DownslopeError('ERR_CHECKPOINT', 'loadModel: the metadata must be of a downslope model, version 1', {
      cause,
    })
  }
}

function readObjective({ name, weight }: Pick<Objective, 'name' | 'weight'>): Objective {
  const known: LossName | 'custom' | undefined = name === 'custom' ? name : lossNames.find((loss) => loss === name)
  if (known === undefined) throw new Error('unknown loss')
  return { name: known, custom: undefined, weight }
}
