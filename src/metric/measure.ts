import { DownslopeError } from '../errors.ts'
import { type Objective, predicts, readByOutput } from '../loss/objective.ts'
import { guarded, readName, refuse } from '../options.ts'
import * as all from './all.ts'
import { type Collected, type CustomMetric, evaluateCustom, type Output, readCustom } from './custom.ts'
import type { MetricName } from './index.ts'
import { isMetric, type Metric, type MetricConfig } from './metric.ts'

/** A metric by name, with options, or of your own. */
export type MetricOption = MetricName | Metric | CustomMetric

/** Option `metrics` of a network: of its only output, or by the names of some of its outputs `K`. */
export type MetricsOption<K extends string = never> = [K] extends [never]
  ? readonly MetricOption[]
  : { readonly [N in K]?: readonly MetricOption[] }

/**
 * Names of what is measured besides the loss: the metrics, or with several outputs `rating/loss` for each of them and
 * `rating/accuracy` for its metrics.
 */
export type MetricKeys<K extends string, M> = [K] extends [never]
  ? ListedNames<M>
  :
      | `${K}/loss`
      | ([M] extends [never] ? never : { [N in keyof M & string]: `${N}/${ListedNames<M[N]>}` }[keyof M & string])

type ListedNames<M> = M extends readonly (infer N)[] ? NameOf<N> : never
type NameOf<N> = N extends string ? N : N extends { readonly name: infer S extends string } ? S : never

/** One metric of one output. */
export interface Measure {
  /** Index of the output. */
  readonly output: number
  /** Name in records: `accuracy`, or `rating/accuracy`. */
  readonly key: string
  /** What the engine computes; `undefined` for a metric of the caller's. */
  readonly config: MetricConfig | undefined
  readonly custom: CustomMetric | undefined
}

/** Reads the option `metrics` for a network with these outputs (none: one without a name). */
export function readMeasures(
  where: string,
  value: unknown,
  objectives: readonly Objective[],
  outputs: readonly string[],
): readonly Measure[] {
  if (value === undefined) return []
  const lists = outputs.length === 0 ? [value] : readByOutput(where, 'metrics', value, outputs)
  return lists.flatMap((list, output) => {
    const key = outputs[output]
    const option = key === undefined ? 'metrics' : `metrics.${key}`
    return readList(where, option, list, objectives[output] as Objective).map(({ name, ...read }) => {
      return { output, ...read, key: key === undefined ? name : `${key}/${name}` }
    })
  })
}

type Read = Pick<Measure, 'config' | 'custom'> & { readonly name: string }

function readOne(where: string, option: string, value: unknown, objective: Objective): Read {
  const own = typeof value === 'object' && value !== null && !isMetric(value)
  if (own) {
    const custom = readCustom(where, option, value)
    return { name: custom.name, config: undefined, custom }
  }
  const names = Object.keys(all) as MetricName[]
  const metric = isMetric(value) ? value : all[readName(where, option, value, names)]()
  const kind = predicts(objective)
  if (kind !== undefined && all[metric.config.kind as MetricName].of !== kind) {
    const what = `${option} must compare ${kind}, which is what ${objective.name} predicts`
    refuse(where, what, metric.config.kind)
  }
  return { name: metric.name, config: metric.config, custom: undefined }
}

function readList(where: string, option: string, value: unknown, objective: Objective): readonly Read[] {
  if (value === undefined) return []
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value)) return refuse(where, `${option} must be an array of metrics`, value)
    const taken = new Set(['epoch', 'loss', 'penalty', 'learningRate', 'seconds', 'validation'])
    return Array.from(value, (one: unknown, index) => {
      const read = readOne(where, `${option}[${index}]`, one, objective)
      if (taken.has(read.name)) refuse(where, `${option} must have names of their own`, read.name)
      taken.add(read.name)
      return read
    })
  })
}

/** What the engine measured. */
export interface Measured {
  readonly losses: readonly number[]
  readonly metrics: readonly number[]
  readonly collected: readonly Collected[]
}

/** What was measured, by name: the losses of outputs that have names, then the metrics. */
export type Naming = (measured: Measured) => Record<string, number>

/** Names measured numbers; `outputs` are all of the network's, with names or one without. */
export function createNaming(where: string, measures: readonly Measure[], outputs: readonly Output[]): Naming {
  const own = measures.filter(({ custom }) => custom === undefined)
  return ({ losses, metrics, collected }) => {
    const parts = outputs.flatMap(({ name }, at): [string, number][] => {
      return name === undefined ? [] : [[`${name}/loss`, losses[at] ?? Number.NaN]]
    })
    const others = measures.map((measure): [string, number] => {
      const { key, custom } = measure
      if (custom === undefined) return [key, metrics[own.indexOf(measure)] ?? Number.NaN]
      const rows = collected.find(({ output }) => output === measure.output)
      const about = outputs[measure.output]
      if (rows === undefined || about === undefined) {
        throw new DownslopeError('ERR_INTERNAL', `${where}: the rows for the metric ${key} are missing`)
      }
      return [key, evaluateCustom(where, custom, rows, about)]
    })
    return Object.fromEntries([...parts, ...others])
  }
}

/** As the engine takes them: its own metrics first, then outputs whose rows are wanted here. */
export function engineMetrics(
  measures: readonly Measure[],
  outputs: readonly Output[],
): Readonly<Record<string, unknown>>[] {
  const own = measures.flatMap(({ output, config }) => {
    if (config === undefined) return []
    const { kind, ...options } = config
    return [{ output, name: kind, ...options }]
  })
  const wanted = new Set(measures.flatMap(({ output, custom }) => (custom === undefined ? [] : [output])))
  const rows = (output: number): Readonly<Record<string, unknown>> => {
    return { output, name: 'collect', probabilities: outputs[output]?.probabilities ?? false }
  }
  return [...own, ...Array.from(wanted, rows)]
}
