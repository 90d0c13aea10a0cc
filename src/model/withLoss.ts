import { DownslopeError } from '../errors.ts'
import { type Loss, type LossName, lossNamed, type TargetShape, type Transform } from '../loss/index.ts'
import type { GraphNode, GraphSpec } from './graph.ts'
import type { Network } from './network.ts'

/** Names and shapes of a network's only output. */
function outputOf(network: Network): {
  readonly name: string
  readonly value: string
  readonly row: readonly number[]
} {
  const output = network.graph.outputs[0]
  const shape = network.layers.at(-1)?.shape
  if (output === undefined || shape === undefined) throw new DownslopeError('ERR_INTERNAL', 'network: no output')
  return { ...output, row: shape.filter((size) => size !== 'rows') }
}

function lastNode(network: Network): GraphNode | undefined {
  const { value } = outputOf(network)
  return network.graph.nodes.find((node) => node.name === value)
}

/** True where the loss takes the input of the network's final softmax or sigmoid. */
function fused(network: Network, loss: Loss): boolean {
  return loss.fuses !== undefined && lastNode(network)?.op === loss.fuses
}

/** What `probabilities: true` does to the output of a network trained with a loss. */
export function probabilityTransform(network: Network, name: LossName): Transform {
  return fused(network, lossNamed(name)) ? 'none' : lossNamed(name).transform
}

/** The network's graph with a loss at its end, as `fit` and `evaluate` hand it to the engine. */
export function withLoss(where: string, network: Network, name: LossName, data: TargetShape): GraphSpec {
  const loss = lossNamed(name)
  const { graph } = network
  const last = lastNode(network)
  const { row, ...output } = outputOf(network)
  if (loss.fuses !== undefined && !fused(network, loss) && (last?.op === 'softmax' || last?.op === 'sigmoid')) {
    const text = `${where}: ${name} takes logits or the output of ${loss.fuses}, received a network that ends in ${last.op}`
    throw new DownslopeError('ERR_OPTION', text)
  }
  const target = loss.target(row, data)
  if (typeof target === 'string') throw new DownslopeError('ERR_SHAPE', `${where}: ${name} ${target}`)
  let prediction = fused(network, loss) ? (last?.inputs[0] ?? output.value) : output.value
  let wanted = 'target'
  const nodes = [...graph.nodes]
  if (row.length > 1) {
    // losses work on one axis; a row of any shape is flattened for them
    const shape = [row.reduce((a, b) => a * b, 1)]
    nodes.push({ name: 'loss/prediction', op: 'reshape', inputs: [prediction], attributes: { shape } })
    nodes.push({ name: 'loss/target', op: 'reshape', inputs: ['target'], attributes: { shape } })
    prediction = 'loss/prediction'
    wanted = 'loss/target'
  }
  nodes.push({ name: 'loss', op: loss.op, inputs: [prediction, wanted], attributes: {} })
  return {
    ...graph,
    inputs: [...graph.inputs, { name: 'target', ...target }],
    nodes,
    losses: [{ name: output.name, value: 'loss', weight: 1, prediction, target: 'target' }],
  }
}
