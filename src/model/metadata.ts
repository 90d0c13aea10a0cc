import type { Label } from '../data/labels.ts'
import { DownslopeError } from '../errors.ts'
import { type LossName, readLoss } from '../loss/index.ts'
import { frozen } from '../options.ts'
import type { LayerSummary } from './builder.ts'
import type { GraphSpec } from './graph.ts'
import { defineNetwork, type Network, type NetworkConfig } from './network.ts'

/** What a model file says about itself, besides its tensors. */
interface Metadata {
  readonly format: 'downslope'
  readonly version: 1
  readonly config: NetworkConfig
  readonly layers: readonly LayerSummary[]
  readonly graph: GraphSpec
  readonly loss?: LossName
  readonly classes?: readonly Label[]
}

/** What {@link metadataOf} needs of a model. */
export interface Described {
  readonly network: Network
  readonly loss: LossName | undefined
  readonly classes: readonly Label[] | undefined
}

/** The metadata of a model, as one JSON text. */
export function metadataOf({ network, loss, classes }: Described): string {
  const metadata: Metadata = {
    format: 'downslope',
    version: 1,
    config: network.config,
    layers: network.layers,
    graph: network.graph,
    ...(loss === undefined ? {} : { loss }),
    ...(classes === undefined ? {} : { classes }),
  }
  return JSON.stringify(metadata)
}

/** Reads it back. */
export function readMetadata(text: string): Described {
  try {
    const { format, version, config, layers, graph, loss, classes } = JSON.parse(text) as Partial<Metadata>
    if (format !== 'downslope' || version !== 1 || !config || !layers || !graph) throw new Error('unknown format')
    return {
      network: defineNetwork(config, graph, layers),
      loss: loss === undefined ? undefined : readLoss('loadModel', loss),
      classes: classes === undefined ? undefined : frozen([...classes]),
    }
  } catch (cause) {
    throw new DownslopeError('ERR_CHECKPOINT', 'loadModel: the metadata must be of a downslope model, version 1', {
      cause,
    })
  }
}
