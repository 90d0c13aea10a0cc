import type { Dimension } from '../search/space/flat.ts'
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
  const { flat } = spacePlan(where, study.space)
  return flat.dimensions.map((dimension) => axisOf(dimension, study.trials))
}

function axisOf(dimension: Dimension, trials: readonly TrialRecord[]): Axis {
  const { name } = dimension
  const value = (trial: TrialRecord): unknown => valueAt(trial.params, name)
  if (dimension.kind === 'float' || dimension.kind === 'int') {
    const range = [dimension.low, dimension.high] as const
    return { name, log: dimension.log, range, of: (trial) => value(trial) as number | undefined }
  }
  // only what was tried has a place
  const found = new Set<unknown>()
  for (const trial of trials) {
    const given = value(trial)
    if (given !== undefined) found.add(labelOf(given))
  }
  const labels = [...found] as string[]
  if (labels.every((label) => Number.isFinite(Number(label)))) labels.sort((a, b) => Number(a) - Number(b))
  else labels.sort()
  const places = new Map(labels.map((label, place) => [label, place]))
  return {
    name,
    log: false,
    labels,
    of: (trial) => {
      const given = value(trial)
      return given === undefined ? undefined : places.get(labelOf(given))
    },
  }
}

/** What stands at a path such as `optimizer.sgd.momentum` or `widths[2]`; `undefined` where the trial has no such parameter. */
export function valueAt(params: Readonly<Record<string, unknown>>, name: string): unknown {
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
