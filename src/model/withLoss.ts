import { DownslopeError } from '../errors.ts'
import { lossNamed, type TargetShape, type TargetType, type Transform } from '../loss/index.ts'
import { numbersLike } from '../loss/loss.ts'
import { type Objective, transformOf } from '../loss/objective.ts'
import type { Output } from '../metric/custom.ts'
import { lossNodes } from '../ops/loss.ts'
import { refuse } from '../options.ts'

import type { GraphInput, GraphLoss, GraphNode, GraphSpec } from './graph.ts'
import { type Classes, classesAt } from './match.ts'
import { type Network, type NetworkOutput, outputsOf } from './network.ts'
import { TRANSFORMED, targetTransformOf, transformedTarget } from './targetTransform.ts'

/** True where the loss takes the input of the output's final softmax or sigmoid. */
function fused({ node }: NetworkOutput, { name }: Objective): boolean {
  const fuses = name === 'custom' ? undefined : lossNamed(name).fuses
  return fuses !== undefined && node?.op === fuses
}

/** What `probabilities: true` does to an output of a network trained with a loss. */
export function probabilityTransform(output: NetworkOutput, objective: Objective): Transform {
  return fused(output, objective) ? 'none' : transformOf(objective)
}

/** What metrics need to know of the outputs of a network trained with these losses. */
export function outputsFor(network: Network<string>, objectives: readonly Objective[], classes: Classes): Output[] {
  return outputsOf(network).map((output, at) => {
    const [name, objective] = [network.outputs[at], objectives[at]]
    const probabilities = objective !== undefined && fused(output, objective)
    return { name, probabilities, row: output.row, classes: classesAt(classes, name) }
  })
}

/** What a data set offers for an output, with the column that holds it. */
export interface TargetColumn extends TargetShape {
  readonly column: string
}

/** The network's graph with a loss at each of its outputs, as `fit` and `evaluate` hand it to the engine. */
export function withLoss(
  where: string,
  network: Network<string>,
  objectives: readonly Objective[],
  targets: readonly TargetColumn[],
): GraphSpec {
  const { graph } = network
  const inputs: GraphInput[] = [...graph.inputs]
  const nodes: GraphNode[] = [...graph.nodes]
  const losses: GraphLoss[] = []
  for (const [at, output] of outputsOf(network).entries()) {
    const [objective, target] = [objectives[at], targets[at]]
    if (objective === undefined || target === undefined) {
      throw new DownslopeError('ERR_INTERNAL', `${where}: an output without loss or target`)
    }
    const key = network.outputs[at]
    const add = {
      where: key === undefined ? where : `${where}: ${key}`,
      prefix: key === undefined ? 'loss' : `loss/${key}`,
    }
    const transform = targetTransformOf(network)
    const taken = transform ? { ...output, value: transform.raw } : output
    const added = addLoss(add, taken, objective, transform ? { ...target, column: TRANSFORMED } : target)
    inputs.push({ ...added.input, name: target.column })
    if (transform) nodes.push(transformedTarget(transform.kind, target.column))
    nodes.push(...added.nodes)
    // metrics compare numbers in the units of the targets
    const compared = transform ? { prediction: output.value, target: target.column } : {}
    losses.push({ name: graph.outputs[at]?.name ?? 'output', weight: objective.weight, ...added.loss, ...compared })
  }
  return { ...graph, inputs, nodes, losses }
}

interface Added {
  readonly input: GraphInput
  readonly nodes: readonly GraphNode[]
  readonly loss: Pick<GraphLoss, 'value' | 'prediction' | 'target'>
}

function addLoss(
  { where, prefix }: { readonly where: string; readonly prefix: string },
  output: NetworkOutput,
  objective: Objective,
  target: TargetColumn,
): Added {
  const { name } = objective
  const type = targetType(where, output, objective, target)
  const input = { name: target.column, ...type }
  if (name === 'custom') return addCustom(where, prefix, output, objective, input)
  const loss = lossNamed(name)
  const last = output.node?.op
  if (loss.fuses !== undefined && !fused(output, objective) && (last === 'softmax' || last === 'sigmoid')) {
    const text = `${where}: ${name} takes logits or the output of ${loss.fuses}, received a network that ends in ${last}`
    throw new DownslopeError('ERR_OPTION', text)
  }
  let prediction = fused(output, objective) ? (output.node?.inputs[0] ?? output.value) : output.value
  let wanted = target.column
  const nodes: GraphNode[] = []
  if (output.row.length > 1) {
    // losses work on one axis; a row of any shape is flattened for them
    const shape = [output.row.reduce((a, b) => a * b, 1)]
    nodes.push({ name: `${prefix}/prediction`, op: 'reshape', inputs: [prediction], attributes: { shape } })
    nodes.push({ name: `${prefix}/target`, op: 'reshape', inputs: [wanted], attributes: { shape } })
    prediction = `${prefix}/prediction`
    wanted = `${prefix}/target`
  }
  nodes.push({ name: prefix, op: loss.op, inputs: [prediction, wanted], attributes: {} })
  return { input, nodes, loss: { value: prefix, prediction, target: target.column } }
}

function targetType(where: string, { row }: NetworkOutput, { name }: Objective, target: TargetShape): TargetType {
  const type =
    name !== 'custom'
      ? lossNamed(name).target(row, target)
      : target.classes === undefined
        ? numbersLike(row, target)
        : { shape: ['rows'] as const, type: 'u32' as const }
  if (typeof type !== 'string') return type
  throw new DownslopeError('ERR_SHAPE', `${where}: ${name === 'custom' ? 'the loss' : name} ${type}`)
}

function addCustom(
  where: string,
  prefix: string,
  { value, row }: NetworkOutput,
  { custom }: Objective,
  input: GraphInput,
): Added {
  if (custom === undefined) {
    const what = 'loss must be given, because functions are not saved with a model that was trained with one'
    return refuse(where, what, undefined)
  }
  const prediction = { name: value, shape: ['rows' as const, ...row], type: 'f32' as const }
  const made = lossNodes(where, custom, prediction, input, prefix)
  return { input, nodes: made.nodes, loss: { value: made.value, prediction: value, target: input.name } }
}
