import { frozen, ranges, readNumber, refuse } from '../options.ts'

/** What a constraint is to the engine. */
export interface ConstraintConfig {
  /** The largest norm of a column. */
  readonly maxNorm: number
}

/** What is done to weights after each update; made by {@link maxNorm}, frozen. */
export interface Constraint {
  /** Tag. */
  readonly kind: 'maxNorm'
  /** JSON form. */
  readonly config: ConstraintConfig
}

const made = new WeakSet<object>()

/**
 * Max-norm: after each update, columns of a kernel `[inputs, outputs]` (the weights that lead to one output) whose Euclidean
 * norm n exceeds c are multiplied by c / (n + 1e-7).
 *
 * Differs from Keras, which multiplies the columns within the limit by n / (n + 1e-7) as well. Srebro and Shraibman,
 * "Rank, Trace-Norm and Max-Norm" (2005); Srivastava et al., "Dropout" (2014).
 *
 * @param limit c, above 0 in 32 bits
 * @throws DownslopeError `ERR_OPTION` when the limit is not such a number
 * @example
 * ```ts
 * dense(64, { activation: 'relu', kernelConstraint: maxNorm(3) })
 * ```
 */
export function maxNorm(limit: number): Constraint {
  const positive = { ...ranges.positive, holds: (value: number) => inF32(value) > 0 && Number.isFinite(inF32(value)) }
  const config = { maxNorm: readNumber('maxNorm', 'limit', limit, positive) }
  const constraint = frozen({ kind: 'maxNorm' as const, config })
  made.add(constraint)
  return constraint
}

const inF32 = Math.fround

/** Reads an option that is a constraint. */
export function readConstraint(where: string, name: string, value: unknown): ConstraintConfig | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'object' && value !== null && made.has(value)) return (value as Constraint).config
  return refuse(where, `${name} must be made by maxNorm`, value)
}
