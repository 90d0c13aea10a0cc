import { frozen, refuse } from '../options.ts'

/** What a regulariser is to the engine. */
export interface RegularizerConfig {
  /** Factor of Σ|w|. */
  readonly l1: number
  /** Factor of Σw²/2. */
  readonly l2: number
  /** L1 as soft thresholding after the step rather than a subgradient. */
  readonly proximal: boolean
}

/** A penalty on weights, added to the mean loss; made by {@link l1}, {@link l2} or {@link l1l2}, frozen. */
export interface Regularizer {
  /** Tag. */
  readonly kind: 'l1' | 'l2' | 'l1l2'
  /** JSON form. */
  readonly config: RegularizerConfig
}

const made = new WeakSet<object>()

/** Freezes a regulariser. */
export function defineRegularizer(kind: Regularizer['kind'], config: RegularizerConfig): Regularizer {
  const regularizer = frozen({ kind, config })
  made.add(regularizer)
  return regularizer
}

/** Reads an option that is a regulariser. */
export function readRegularizer(where: string, name: string, value: unknown): RegularizerConfig | undefined {
  return value === undefined ? undefined : regularizerConfig(where, name, value)
}

/** What a regulariser is to the engine; refuses anything that no factory of ours made. */
export function regularizerConfig(where: string, name: string, value: unknown): RegularizerConfig {
  if (typeof value === 'object' && value !== null && made.has(value)) return (value as Regularizer).config
  return refuse(where, `${name} must be made by l1, l2 or l1l2`, value)
}
