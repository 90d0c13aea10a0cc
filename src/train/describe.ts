import type { LayerSummary } from '../model/builder.ts'
import { type Network, readNetwork } from '../model/network.ts'
import { withLoss } from '../model/withLoss.ts'
import { native, unwrap } from '../native/index.ts'
import { frozen, guarded, showShape } from '../options.ts'
import { type FitOptions, readFitOptions } from './options.ts'

/** What {@link describe} returns: JSON, and printable as text. */
export interface Description {
  /** Layers in order. */
  readonly layers: readonly LayerSummary[]
  /** Numbers that training changes. */
  readonly parameters: number
  /** The program that the engine runs: instructions with shapes, flops and bytes. */
  readonly program: unknown
  /** A table. */
  toString(): string
}

/**
 * Layers, shapes and parameters of a network, and the program it becomes: of a prediction, or with `options` of a training
 * step.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * console.log(`${describe(network)}`)
 * ```
 */
export function describe(network: Network, options?: FitOptions): Description {
  return guarded('describe', 'ERR_OPTION', () => {
    const { graph, layers } = readNetwork('describe', network)
    const json = options === undefined ? native().describe(JSON.stringify(graph)) : ofStep(network, options)
    const program = JSON.parse(unwrap(json)) as unknown
    const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0)
    return describeWith(layers, parameters, frozen(program))
  })
}

function ofStep(network: Network, options: FitOptions): ReturnType<ReturnType<typeof native>['describe']> {
  const plan = readFitOptions('describe', options)
  const row = network.layers.at(-1)?.shape.filter((size) => size !== 'rows') ?? []
  const classes =
    row.length === 1 ? { binaryCrossEntropy: undefined, crossEntropy: row[0], meanSquaredError: undefined } : undefined
  const graph = withLoss('describe', network, plan.loss, { classes: classes?.[plan.loss], targets: row })
  return native().describe(
    JSON.stringify(graph),
    plan.batchSize === 0 ? 32 : plan.batchSize,
    JSON.stringify(plan.optimizer.rule),
  )
}

function describeWith(layers: readonly LayerSummary[], parameters: number, program: unknown): Description {
  const width = Math.max(...layers.map((layer) => layer.name.length), 10)
  const line = (name: string, shape: string, count: string): string =>
    `${name.padEnd(width)}  ${shape.padEnd(20)}  ${count}`
  const text = [
    line('layer', 'output', 'parameters'),
    ...layers.map((layer) => line(layer.name, showShape(layer.shape), String(layer.parameters))),
    line('total', '', String(parameters)),
  ].join('\n')
  const description = { layers, parameters, program }
  Object.defineProperty(description, 'toString', { value: () => text })
  return Object.freeze(description)
}
