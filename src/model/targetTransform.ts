import { type Objective, predicts } from '../loss/objective.ts'
import { readName, refuse } from '../options.ts'
import { makerOf } from './builder.ts'
import type { GraphNode, GraphState } from './graph.ts'
import { defineNetwork, type Network, outputsOf } from './network.ts'

/** What is learned instead of the targets as they are. */
export type TargetTransform = 'standardize' | 'log1p'

const kinds = ['standardize', 'log1p'] as const
const MEAN = 'target/mean'
const DEVIATION = 'target/deviation'
const COUNT = 'target/count'
/** Name of the output in units of the targets. */
const INVERSE = 'target/inverse'
/** Name of the transformed targets in a graph with a loss; the engine checks targets by it. */
export const TRANSFORMED = 'loss/transformed'

/** Reads the option `targetTransform`. */
export function readTargetTransform(where: string, value: unknown): TargetTransform | undefined {
  return value === undefined ? undefined : readName(where, 'targetTransform', value, kinds)
}

/** The transform that a network undoes at its end, with the value before. */
export function targetTransformOf(
  network: Network<string>,
): { readonly kind: TargetTransform; readonly raw: string } | undefined {
  const kind = network.config.targetTransform
  if (kind === undefined) return undefined
  const made = (name: string): string => network.graph.nodes.find((node) => node.name === name)?.inputs[0] ?? ''
  return { kind, raw: kind === 'log1p' ? made(INVERSE) : made('target/scaled') }
}

/** Whether predictions of a loss are in units of the targets. */
const inUnits = (objective: Objective): boolean => (predicts(objective) ?? 'numbers') === 'numbers'

/**
 * The network with the inverse of a transform at its end: standardised numbers are multiplied with the deviation of the
 * targets and the mean is added, both states that training learns like those of `standardize`; after `log1p` comes
 * `expm1`.
 */
export function withTargetTransform(
  where: string,
  network: Network<string>,
  kind: TargetTransform | undefined,
  [objective]: readonly Objective[],
  targets: readonly number[] | undefined,
): Network<string> {
  const known = network.config.targetTransform
  if (kind === undefined || kind === known) return network
  const refused = (what: string): never => refuse(where, `targetTransform ${what}`, kind)
  if (known !== undefined) return refused(`must be that of the model, ${known}`)
  const { graph, layers, config } = network
  const [output] = outputsOf(network)
  const name = graph.outputs[0]?.name
  if (network.outputs.length > 0 || output === undefined || name === undefined) {
    return refused('is for networks with one output without a name')
  }
  if (targets === undefined) return refused('needs targets (numbers) in the data')
  if (objective === undefined || !inUnits(objective)) {
    return refused(`needs a loss that compares numbers with targets, not ${objective?.name}`)
  }
  const { row } = output
  const node = (name: string, op: string, inputs: readonly string[]): GraphNode => ({
    name,
    op,
    inputs,
    attributes: {},
  })
  const standard = kind === 'standardize'
  const states: GraphState[] = [
    { name: MEAN, shape: row, initial: 0 },
    { name: DEVIATION, shape: row, initial: 1 },
    { name: COUNT, shape: [1], initial: 0 },
  ]
  const nodes = standard
    ? [node('target/scaled', 'multiply', [output.value, DEVIATION]), node(INVERSE, 'add', ['target/scaled', MEAN])]
    : [node(INVERSE, 'expm1', [output.value])]
  return defineNetwork(
    { ...config, targetTransform: kind },
    {
      ...graph,
      states: standard ? [...graph.states, ...states] : graph.states,
      nodes: [...graph.nodes, ...nodes],
      outputs: [{ name, value: INVERSE }],
    },
    [
      ...layers,
      {
        name: 'target',
        kind: 'targetTransform',
        inputs: [makerOf(output.value)],
        shape: ['rows', ...row],
        parameters: 0,
      },
    ],
  )
}

/** The node that transforms the targets of a column for the loss. */
export function transformedTarget(kind: TargetTransform, column: string): GraphNode {
  const inputs = kind === 'standardize' ? [column, MEAN, DEVIATION, COUNT] : [column]
  return { name: TRANSFORMED, op: kind, inputs, attributes: {} }
}
