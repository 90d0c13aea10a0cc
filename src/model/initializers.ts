import { frozen, ranges, readName, readNumber, readOptions, refuse } from '../options.ts'

/** How a parameter starts: JSON with the name and its options, made by {@link initializers}. */
export interface Initializer {
  /** Name. */
  readonly kind: InitializerName
  readonly [option: string]: unknown
}

const plain = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunNormal',
  'orthogonal',
  'zeros',
  'ones',
] as const
const withOptions = ['constant', 'uniform', 'normal', 'truncatedNormal'] as const

/** Names of the initialisers. */
export type InitializerName = (typeof plain)[number] | (typeof withOptions)[number]

/** Bounds of `initializers.uniform`. */
export interface UniformOptions {
  /** Lower bound; default −0.05. */
  readonly min?: number
  /** Upper bound, above `min`; default 0.05. */
  readonly max?: number
}

/** Options of `initializers.normal` and `initializers.truncatedNormal`. */
export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number
  /** Standard deviation > 0; default 0.05. */
  readonly deviation?: number
}

const made = new WeakSet<object>()

function define(kind: InitializerName, options: Readonly<Record<string, number>> = {}): Initializer {
  const initializer: Initializer = frozen({ kind, ...options })
  made.add(initializer)
  return initializer
}

function spread(kind: 'normal' | 'truncatedNormal', options: NormalOptions | undefined): Initializer {
  const read = readOptions(kind, options, ['mean', 'deviation'])
  return define(kind, {
    mean: readNumber(kind, 'mean', read.mean, ranges.finite, 0),
    deviation: readNumber(kind, 'deviation', read.deviation, ranges.positive, 0.05),
  })
}

/** The initialisers with options; those without can be given by name. Each is a pure function of (seed, name, shape). */
export interface Initializers {
  /** Uniform in ±√(6 / (inputs + outputs)); Glorot and Bengio (2010). */
  glorotUniform(): Initializer
  /** Truncated normal with deviation √(2 / (inputs + outputs)). */
  glorotNormal(): Initializer
  /** Uniform in ±√(6 / inputs); He et al. (2015). */
  heUniform(): Initializer
  /** Truncated normal with deviation √(2 / inputs). */
  heNormal(): Initializer
  /** Truncated normal with deviation √(1 / inputs); LeCun et al. (1998). */
  lecunNormal(): Initializer
  /** Random orthogonal rows or columns; Saxe et al. (2014). */
  orthogonal(): Initializer
  /** 0. */
  zeros(): Initializer
  /** 1. */
  ones(): Initializer
  /** The same finite number everywhere. */
  constant(value: number): Initializer
  /** Uniform in [min, max). */
  uniform(options?: UniformOptions): Initializer
  /** Normal. */
  normal(options?: NormalOptions): Initializer
  /** Normal, redrawn beyond two deviations. */
  truncatedNormal(options?: NormalOptions): Initializer
}

/**
 * Initialisers as values, for those that take options.
 *
 * @example
 * ```ts
 * dense(10, { biasInitializer: initializers.constant(0.1) })
 * ```
 */
export const initializers: Initializers = Object.freeze({
  glorotUniform: () => define('glorotUniform'),
  glorotNormal: () => define('glorotNormal'),
  heUniform: () => define('heUniform'),
  heNormal: () => define('heNormal'),
  lecunNormal: () => define('lecunNormal'),
  orthogonal: () => define('orthogonal'),
  zeros: () => define('zeros'),
  ones: () => define('ones'),
  constant: (value: number) => define('constant', { value: readNumber('constant', 'value', value, ranges.finite) }),
  uniform: (options?: UniformOptions) => {
    const read = readOptions('uniform', options, ['min', 'max'])
    const min = readNumber('uniform', 'min', read.min, ranges.finite, -0.05)
    const max = readNumber('uniform', 'max', read.max, ranges.finite, 0.05)
    if (!(max > min)) refuse('uniform', `max must be above min (${min})`, max)
    return define('uniform', { min, max })
  },
  normal: (options?: NormalOptions) => spread('normal', options),
  truncatedNormal: (options?: NormalOptions) => spread('truncatedNormal', options),
})

/** Reads an option that names or is an initialiser. */
export function readInitializer(where: string, name: string, value: unknown, fallback: InitializerName): Initializer {
  if (value === undefined) return initializers[fallback as 'zeros']()
  if (typeof value === 'object' && value !== null && made.has(value)) return value as Initializer
  if (Object.values<unknown>({ ...initializers }).includes(value)) {
    refuse(where, `${name} must be a name or made by initializers; call the factory first`, value)
  }
  if (typeof value !== 'string') refuse(where, `${name} must be a name or made by initializers`, value)
  const kind = readName(where, name, value, [...plain, ...withOptions])
  if (kind === 'constant') refuse(where, `${name} must be initializers.constant(value)`, value)
  return initializers[kind]()
}
