import type { Dimension, Point } from '../search/space/flat.ts'
import { spacePlan } from '../search/space/searchSpace.ts'
import type { TrialRecord } from '../search/study/record.ts'
import type { PlottedStudy } from './options.ts'

/** One parameter of a study as an axis. */
export interface Axis {
  /** Path in the space. */
  readonly name: string
  /** Logarithmic. */
  readonly log: boolean
  /** Lowest and highest value that can be; absent where there are labels. */
  readonly range?: readonly [number, number]
  /** Labels by index; absent for numbers. */
  readonly labels?: readonly string[]
  /** The coordinate of a trial, an index where there are labels; `undefined` where it has none. */
  readonly of: (trial: TrialRecord) => number | undefined
}

/** All parameters of a study. */
export function axesOf(where: string, study: PlottedStudy): readonly Axis[] {
  const { flat, encode } = spacePlan(where, study.space)
  const points = new Map(study.trials.map((trial) => [trial, encode(where, trial.params)]))
  return flat.dimensions.map((dimension, index) => axisOf(dimension, index, points))
}

function axisOf(dimension: Dimension, index: number, points: ReadonlyMap<TrialRecord, Point>): Axis {
  const { name } = dimension
  const coordinate = (trial: TrialRecord): number | undefined => {
    const value = points.get(trial)?.[index]
    return Number.isNaN(value) ? undefined : value
  }
  if (dimension.kind === 'float' || dimension.kind === 'int') {
    return { name, log: dimension.log, range: [dimension.low, dimension.high], of: coordinate }
  }
  // only what was tried has a place, in the order of the space
  const tried = new Map<number, unknown>()
  for (const trial of points.keys()) {
    const at = coordinate(trial)
    if (at !== undefined && !tried.has(at)) tried.set(at, valueAt(trial.params, name))
  }
  const order = [...tried.keys()].sort((a, b) => a - b)
  const values = order.map((at) => tried.get(at))
  const texts = values.map(labelOf)
  // '1' and 1 are two
  const labels = new Set(texts).size < texts.length ? values.map((value) => JSON.stringify(value)) : texts
  const places = new Map(order.map((at, place) => [at, place]))
  const of = (trial: TrialRecord): number | undefined => places.get(coordinate(trial) as number)
  return { name, log: false, labels, of }
}

/** What stands at a path such as `optimizer.sgd.momentum` or `widths[2]`; `undefined` where the trial has no such parameter. */
function valueAt(params: Readonly<Record<string, unknown>>, name: string): unknown {
  const path = name.split(/[.[\]]+/).filter((part) => part !== '')
  let here: unknown = params[path[0] as string]
  for (let at = 1; at < path.length; at++) {
    if (Array.isArray(here)) {
      here = here[Number(path[at])]
      continue
    }
    // a branch: its name, then one of its parameters
    if (typeof here !== 'object' || here === null || (here as { kind?: unknown }).kind !== path[at]) return undefined
    at++
    here = (here as Record<string, unknown>)[path[at] as string]
  }
  return here
}

function labelOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && 'kind' in value) return String((value as { kind: unknown }).kind)
  return JSON.stringify(value)
}

/** A number as labels show it. */
export const short = (value: number): string => String(Number(value.toPrecision(3)))

/** How the library takes an axis. */
export function shown(axis: Axis): Readonly<Record<string, unknown>> {
  // lines may cross the labels
  const label = { textBorderColor: '#ffffff', textBorderWidth: 3, hideOverlap: true }
  if (axis.range === undefined) return { type: 'category', data: axis.labels, axisLabel: label }
  const [min, max] = axis.range
  const ends = min < max ? { min, max } : {}
  return { type: axis.log ? 'log' : 'value', ...ends, axisLabel: { ...label, formatter: short } }
}
