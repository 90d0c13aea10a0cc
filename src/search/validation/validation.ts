import type { Dataset } from '../../data/dataset.ts'
import type { DrawnFold } from '../../data/drawn.ts'
import { frozen, refuse } from '../../options.ts'
import { derivedSeed } from '../seeds.ts'

/** JSON form of a rule of validation: the name of its factory and its options. */
export interface ValidationConfig {
  readonly kind: string
  readonly [option: string]: unknown
}

/**
 * How rows are parted into those to train on and those to validate on: made by {@link kFold}, {@link holdout},
 * {@link repeated}, {@link groupKFold} and {@link timeSeriesSplit}, frozen.
 */
export interface Validation {
  /** Name of the factory. */
  readonly kind: string
  /** JSON form. */
  readonly config: ValidationConfig
}

/** What random folds follow from: a seed, and where several draws follow from one seed, which of them it is. */
export interface Draw {
  readonly seed: number
  readonly path: readonly number[]
}

/** The seed of a draw; a rule may have one of its own. */
export function seedOf(own: number | undefined, { seed, path }: Draw): number {
  return derivedSeed(own ?? seed, path)
}

/** What a rule does. */
export interface ValidationPlan {
  /** Number of folds. */
  readonly folds: number
  /** Other seeds give other folds. */
  readonly random: boolean
  /** The folds as views of the data; whoever asks closes them. Rejects with `ERR_OPTION`, `ERR_DATA` or `ERR_SHAPE` where the data do not allow them. */
  draw(where: string, data: Dataset, draw: Draw): Promise<readonly DrawnFold[]>
  /** What tells the rule from others, as JSON. */
  identity(where: string): Promise<unknown>
  /** Frees what it holds. */
  close(): void
}

/** Row numbers of all folds together; they take four bytes each. */
const MOST = 1e9

/** Complains about more folds than memory holds. */
export function checkFolds(where: string, name: string, folds: number, rows: number): void {
  if (folds * rows > MOST) {
    refuse(
      where,
      `${name} must be such that there are at most ${Math.floor(MOST / rows)} folds for ${rows} rows`,
      folds,
    )
  }
}

const plans = new WeakMap<object, ValidationPlan>()

/** Freezes a rule. */
export function defineValidation(
  config: ValidationConfig,
  plan: Omit<ValidationPlan, 'identity' | 'close'>,
): Validation {
  const validation: Validation = frozen({ kind: config.kind, config })
  plans.set(validation, Object.freeze({ ...plan, identity: async () => config, close: () => {} }))
  return validation
}

/** The plan behind a rule; `undefined` for anything that no factory made. */
export function validationPlan(value: unknown): ValidationPlan | undefined {
  return typeof value === 'object' && value !== null ? plans.get(value) : undefined
}
