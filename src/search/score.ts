import * as all from '../metric/all.ts'
import { type Measure, type MetricName, type MetricOption, readMeasures } from '../metric/index.ts'
import { isMetric } from '../metric/metric.ts'
import { monitorOf } from '../metric/monitor.ts'
import { readName, refuse } from '../options.ts'
import type { ReadCandidate } from './candidate.ts'
import type { Direction } from './history.ts'

/**
 * The number that candidates are compared by: `'loss'`, a metric by name or with options, one of your own, or for networks with several
 * outputs `'rating/accuracy'`.
 */
export type ScoreOption = 'loss' | MetricOption | `${string}/${MetricName | 'loss'}`

/** The number that decides, read for the outputs of a candidate. */
export interface Score {
  /** Its name in records. */
  readonly key: string
  /** What is measured for it besides the loss. */
  readonly measures: readonly Measure[]
  /** The same as an option of `fit`. */
  readonly option: unknown
  readonly direction: Direction
}

/** Reads the option `metric` for a candidate. */
export function readScore(where: string, metric: unknown, direction: unknown, candidate: ReadCandidate): Score {
  const { network, objectives } = candidate
  const { outputs } = network
  const found = find(where, metric, outputs)
  const measures = readMeasures(where, found.option, objectives, outputs)
  const key = found.key ?? measures[0]?.key
  if (key === undefined) return refuse(where, 'metric must be given', metric)
  return { key, measures, option: found.option, direction: readDirection(where, direction, key) }
}

/** Reads the option `direction`; by default what ends in "loss" or "error" should fall, everything else rise. */
export function readDirection(where: string, value: unknown, key: string): Direction {
  if (value !== undefined) return readName(where, 'direction', value, ['minimize', 'maximize'])
  return monitorOf(key).direction === 'min' ? 'minimize' : 'maximize'
}

function find(where: string, metric: unknown, outputs: readonly string[]): { key?: string; option: unknown } {
  const names = ['loss', ...Object.keys(all)]
  if (metric === 'loss') return { key: 'loss', option: undefined }
  if (outputs.length === 0) {
    const own = typeof metric === 'object' && metric !== null
    return { option: [own || isMetric(metric) ? metric : readName(where, 'metric', metric, names)] }
  }
  const known = outputs.flatMap((output) => names.map((name) => `${output}/${name}`))
  const key = readName(where, 'metric', metric, ['loss', ...known])
  const at = key.lastIndexOf('/')
  const name = key.slice(at + 1)
  return { key, option: name === 'loss' ? undefined : { [key.slice(0, at)]: [name] } }
}
