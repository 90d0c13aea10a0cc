import { type Objective, readByOutput } from '../loss/objective.ts'
import { guarded, readName, refuse } from '../options.ts'
import * as all from './all.ts'
import type { MetricName } from './index.ts'

/** Option `metrics` of a network: of its only output, or by the names of some of its outputs `K`. */
export type MetricsOption<K extends string = never> = [K] extends [never]
  ? readonly MetricName[]
  : { readonly [N in K]?: readonly MetricName[] }

/**
 * Names of what is measured besides the loss: the metrics, or with several outputs `rating/loss` for each of them and
 * `rating/accuracy` for its metrics.
 */
export type MetricKeys<K extends string, M> = [K] extends [never]
  ? ListedNames<M>
  :
      | `${K}/loss`
      | ([M] extends [never] ? never : { [N in keyof M & string]: `${N}/${ListedNames<M[N]>}` }[keyof M & string])

type ListedNames<M> = M extends readonly (infer N)[] ? N & string : never

/** One metric of one output. */
export interface Measure {
  /** Index of the output. */
  readonly output: number
  /** Name in records: `accuracy`, or `rating/accuracy`. */
  readonly key: string
  /** Name of the metric. */
  readonly name: MetricName
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
    return readList(where, option, list, objectives[output] as Objective).map((name) => {
      return { output, name, key: key === undefined ? name : `${key}/${name}` }
    })
  })
}

function readList(where: string, option: string, value: unknown, { name: loss }: Objective): MetricName[] {
  if (value === undefined) return []
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value)) return refuse(where, `${option} must be an array of names`, value)
    const kind = loss === 'meanSquaredError' ? 'numbers' : 'classes'
    const metrics: MetricName[] = []
    for (let index = 0; index < value.length; index++) {
      const name = readName(where, `${option}[${index}]`, value[index], Object.keys(all) as MetricName[])
      if (loss !== 'custom' && all[name].of !== kind) {
        refuse(where, `${option}[${index}] must compare ${kind}, which is what ${loss} predicts`, name)
      }
      if (metrics.includes(name)) refuse(where, `${option} must be different from each other`, name)
      metrics.push(name)
    }
    return metrics
  })
}

/** What was measured, by name: the losses of outputs that have names, then the metrics. */
export function named(
  measures: readonly Measure[],
  outputs: readonly string[],
  { losses, metrics }: { readonly losses: readonly number[]; readonly metrics: readonly number[] },
): Record<string, number> {
  const parts = outputs.map((name, at): [string, number] => [`${name}/loss`, losses[at] ?? Number.NaN])
  const others = measures.map(({ key }, at): [string, number] => [key, metrics[at] ?? Number.NaN])
  return Object.fromEntries([...parts, ...others])
}

/** As the engine takes them. */
export function engineMetrics(measures: readonly Measure[]): { readonly output: number; readonly name: string }[] {
  return measures.map(({ output, name }) => ({ output, name }))
}
