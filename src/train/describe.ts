import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import type { Objective } from '../loss/objective.ts'
import type { MetricsOption } from '../metric/index.ts'
import type { LayerSummary } from '../model/builder.ts'
import { type Network, outputsOf, readNetwork } from '../model/network.ts'
import { withTargetTransform } from '../model/targetTransform.ts'
import { type TargetColumn, withLoss } from '../model/withLoss.ts'
import { native, unwrap } from '../native/index.ts'
import { frozen, guarded, showShape } from '../options.ts'
import { table } from '../table.ts'
import { type FitOptions, type FitPlan, readFitOptions } from './options.ts'

/** One instruction of a program. */
export interface Instruction {
  /** What it does. */
  readonly op: string
  /** Its matrices with their shapes. */
  readonly operands: readonly string[]
  /** Floating-point operations for the rows. */
  readonly flops: number
  /** Bytes read and written, each operand once. */
  readonly bytes: number
}

/** What {@link describe} returns: JSON, and printable as text. */
export interface Description {
  /** Layers in order. */
  readonly layers: readonly LayerSummary[]
  /** Numbers that training changes. */
  readonly parameters: number
  /** Rows that the numbers below are for. */
  readonly rows: number
  /** Floating-point operations. */
  readonly flops: number
  /** Bytes read and written. */
  readonly bytes: number
  /** Bytes of the buffers that a program needs besides the weights. */
  readonly memory: number
  /** What the engine runs, in order. */
  readonly program: readonly Instruction[]
  /** A table of layers, then the program. */
  toString(): string
}

/**
 * Layers, shapes and parameters of a network, and the program it becomes: of a prediction of one row, or with `options` of
 * a training step.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * console.log(`${describe(network, { loss: 'crossEntropy', batchSize: 32 })}`)
 * ```
 */
export function describe<K extends string = never, L extends Labels = Label>(
  network: Network<K>,
  options?: FitOptions<MetricsOption<K>, L, K>,
): Description {
  return guarded('describe', 'ERR_OPTION', () => {
    const given = readNetwork('describe', network)
    const plan = options === undefined ? undefined : readFitOptions('describe', options, given.outputs)
    const known = plan === undefined ? given : transformed(given, plan)
    const graph =
      plan === undefined ? known.graph : withLoss('describe', known, plan.objectives, likely(known, plan.objectives))
    const rule = JSON.stringify({ optimizer: plan?.optimizer.rule ?? { kind: 'sgd' }, ...plan?.clip })
    const json = unwrap(native().describe(JSON.stringify(graph), plan === undefined ? 1 : plan.batchSize || 32, rule))
    const { rows, flops, bytes, memory, program } = JSON.parse(json) as Omit<Description, 'layers' | 'parameters'>
    const parameters = known.layers.reduce((sum, layer) => sum + layer.parameters, 0)
    const description = { layers: known.layers, parameters, rows, flops, bytes, memory, program: frozen(program) }
    Object.defineProperty(description, 'toString', { value: () => text(description) })
    return Object.freeze(description)
  })
}

function transformed(network: Network<string>, { targetTransform, objectives }: FitPlan): Network<string> {
  return withTargetTransform('describe', network, targetTransform, objectives, likely(network, objectives)[0]?.targets)
}

/** Data that fit the losses: class ids for `crossEntropy`, else numbers. */
function likely(network: Network<string>, objectives: readonly Objective[]): TargetColumn[] {
  return outputsOf(network).map(({ row }, at) => {
    const key = network.outputs[at]
    const ids = objectives[at]?.name === 'crossEntropy' && row.length === 1
    return { column: key === undefined ? 'target' : `target/${key}`, classes: ids ? row[0] : undefined, targets: row }
  })
}

function text(description: Description): string {
  const { layers, parameters, rows, flops, bytes, memory, program } = description
  // a list says by itself where values come from
  const listed = layers.every(
    ({ inputs }, at) => at === 0 || (inputs.length === 1 && inputs[0] === layers[at - 1]?.name),
  )
  const rowsOf = (layer: LayerSummary): string[] => [
    layer.name,
    ...(listed ? [] : [layer.inputs.join(', ')]),
    showShape(layer.shape),
    String(layer.parameters),
  ]
  const head = ['layer', ...(listed ? [] : ['takes']), 'output', 'parameters']
  const total = ['total', ...(listed ? [] : ['']), '', String(parameters)]
  const steps = program.map((line) => [line.op, line.operands.join(', '), String(line.flops), String(line.bytes)])
  return [
    ...table([head, ...layers.map(rowsOf), total], 'start'),
    '',
    `for ${rows} rows: ${flops} flops, ${bytes} bytes moved, ${memory} bytes of buffers`,
    ...table([['instruction', 'operands', 'flops', 'bytes'], ...steps], 'start'),
  ].join('\n')
}
