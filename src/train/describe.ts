import type { LossName, TargetShape } from '../loss/index.ts'
import type { LayerSummary } from '../model/builder.ts'
import { type Network, readNetwork } from '../model/network.ts'
import { withLoss } from '../model/withLoss.ts'
import { native, unwrap } from '../native/index.ts'
import { frozen, guarded, showShape } from '../options.ts'
import { type FitOptions, readFitOptions } from './options.ts'

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
export function describe(network: Network, options?: FitOptions): Description {
  return guarded('describe', 'ERR_OPTION', () => {
    const known = readNetwork('describe', network)
    const plan = options === undefined ? undefined : readFitOptions('describe', options)
    const graph = plan === undefined ? known.graph : withLoss('describe', known, plan.loss, likely(known, plan.loss))
    const rule = JSON.stringify({ optimizer: plan?.optimizer.rule ?? { kind: 'sgd' }, ...plan?.clip })
    const json = unwrap(native().describe(JSON.stringify(graph), plan === undefined ? 1 : plan.batchSize || 32, rule))
    const { rows, flops, bytes, memory, program } = JSON.parse(json) as Omit<Description, 'layers' | 'parameters'>
    const parameters = known.layers.reduce((sum, layer) => sum + layer.parameters, 0)
    const description = { layers: known.layers, parameters, rows, flops, bytes, memory, program: frozen(program) }
    Object.defineProperty(description, 'toString', { value: () => text(description) })
    return Object.freeze(description)
  })
}

/** Data that fit the loss: class ids for `crossEntropy`, else numbers. */
function likely(network: Network, loss: LossName): TargetShape {
  const targets = network.layers.at(-1)?.shape.filter((size) => size !== 'rows') ?? []
  return { classes: loss === 'crossEntropy' && targets.length === 1 ? targets[0] : undefined, targets }
}

function table(lines: readonly (readonly string[])[]): string[] {
  const width = (column: number): number => Math.max(...lines.map((line) => line[column]?.length ?? 0))
  const widths = lines[0]?.map((_, column) => width(column)) ?? []
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function text(description: Description): string {
  const { layers, parameters, rows, flops, bytes, memory, program } = description
  const rowsOf = (layer: LayerSummary): string[] => [layer.name, showShape(layer.shape), String(layer.parameters)]
  const steps = program.map((line) => [line.op, line.operands.join(', '), String(line.flops), String(line.bytes)])
  return [
    ...table([['layer', 'output', 'parameters'], ...layers.map(rowsOf), ['total', '', String(parameters)]]),
    '',
    `for ${rows} rows: ${flops} flops, ${bytes} bytes moved, ${memory} bytes of buffers`,
    ...table([['instruction', 'operands', 'flops', 'bytes'], ...steps]),
  ].join('\n')
}
