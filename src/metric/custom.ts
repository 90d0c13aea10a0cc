import type { Label } from '../data/labels.ts'
import type { Tensor } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import { abandon, coded, refuse } from '../options.ts'
import { readMetricName } from './metric.ts'

/**
 * A metric of your own. It runs on the event loop when an epoch has ended and gets all of its rows, in the order in which they were trained
 * on; what it takes is taken from your time.
 *
 * @example
 * ```ts
 * const within10: CustomMetric = {
 *   name: 'within10',
 *   evaluate: (predictions, targets: Tensor<Float32Array>) =>
 *     predictions.data.filter((p, i) => Math.abs(p - targets.data[i]) < 10).length / predictions.data.length,
 * }
 * fit(network, data, { loss: 'meanSquaredError', metrics: [within10] })
 * ```
 */
export interface CustomMetric<N extends string = string> {
  /** Its name in records; where it is monitored, names that end in `loss` or `error` are better when smaller, others when larger. */
  readonly name: N
  /**
   * The value for predictions as `predict` gives them, `[rows, …]`, and targets: numbers `[rows, …]`, or a list of labels as they
   * were given.
   */
  evaluate(predictions: Tensor<Float32Array>, targets: Tensor<Float32Array> | readonly Label[]): number
}

/** All rows of an output, as the engine hands them over. */
export interface Collected {
  readonly output: number
  readonly predictions: Float32Array
  readonly ids?: Uint32Array | undefined
  readonly values?: Float32Array | undefined
}

/** What is known of an output besides its rows. */
export interface Output {
  /** Its name, where the network has several or named it. */
  readonly name: string | undefined
  /** It ends in the softmax or sigmoid that belongs to its loss. */
  readonly probabilities: boolean
  /** Shape of one row. */
  readonly row: readonly number[]
  readonly classes: readonly Label[] | undefined
}

/** Reads a metric of the caller's. */
export function readCustom(where: string, option: string, value: object): CustomMetric {
  const { name, evaluate } = value as Partial<CustomMetric>
  if (typeof evaluate !== 'function') {
    return refuse(where, `${option} must be the name of a metric, made by one of ours, or { name, evaluate }`, value)
  }
  return { name: readMetricName(`${where}: ${option}`, name), evaluate: evaluate.bind(value) }
}

/** The value of a metric of the caller's. */
export function evaluateCustom(where: string, metric: CustomMetric, rows: Collected, output: Output): number {
  const { predictions, ids, values } = rows
  const count = ids?.length ?? predictions.length / output.row.reduce((a, b) => a * b, 1)
  const tensor = (data: Float32Array): Tensor<Float32Array> => ({ data: data.slice(), shape: [count, ...output.row] })
  const targets =
    ids === undefined ? tensor(values ?? new Float32Array()) : Array.from(ids, (id) => output.classes?.[id] ?? id)
  let value: unknown
  try {
    value = metric.evaluate(tensor(predictions), targets)
  } catch (cause) {
    throw coded(`${where}: the metric ${metric.name}`, 'ERR_OPTION', cause)
  }
  if (typeof value === 'number') return value
  abandon(value)
  throw new DownslopeError(
    'ERR_OPTION',
    `${where}: the metric ${metric.name} must give a number, received ${typeof value}`,
  )
}
