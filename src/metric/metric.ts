import { frozen, readOptions, refuse } from '../options.ts'

/** JSON form of a metric. */
export interface MetricConfig {
  /** Name of its factory. */
  readonly kind: string
  readonly [option: string]: unknown
}

/** A metric with options, made by {@link f1}, {@link auc}, … ; frozen. */
export interface Metric<N extends string = string> {
  /** Tag. */
  readonly kind: 'metric'
  /** Its name in records. */
  readonly name: N
  /** JSON form. */
  readonly config: MetricConfig
}

/** Makes a metric; `name` is what records call it, by default the name of the factory. */
export interface MetricFactory<N extends string, O extends object = object> {
  <const M extends string = N>(options?: O & { readonly name?: M }): Metric<M>
  /** @internal Compares classes, or numbers; probabilities are of classes. */
  readonly of: 'classes' | 'numbers'
}

const made = new WeakSet<object>()

/** True for metrics of ours. */
export function isMetric(value: unknown): value is Metric {
  return typeof value === 'object' && value !== null && made.has(value)
}

/** Reads the name that records get: a text without the dots and strokes that part the names of outputs and metrics. */
export function readMetricName(where: string, value: unknown): string {
  if (typeof value === 'string' && /^[^./]+$/.test(value)) return value
  return refuse(where, 'name must be a text without . and /', value)
}

/** Defines a metric. `names` are its options, and `read` checks them. */
export function defineMetric<N extends string, O extends object = object>(
  kind: N,
  of: 'classes' | 'numbers',
  names: readonly (keyof O & string)[] = [],
  read: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> = () => ({}),
): MetricFactory<N, O> {
  const factory = (options: O & { readonly name?: string } = {} as O): Metric => {
    const given = readOptions<string>(kind, options, ['name', ...names])
    const name = given.name === undefined ? kind : readMetricName(kind, given.name)
    const metric: Metric = frozen({ kind: 'metric', name, config: { kind, ...read(given) } })
    made.add(metric)
    return metric
  }
  return Object.freeze(Object.assign(factory, { of })) as MetricFactory<N, O>
}
