import type { Range } from '../../options.ts'

/** A number that an activation takes. */
export interface ActivationNumber {
  readonly range: Range
  readonly fallback: number
}

/** What a layer needs to know of an activation. */
export interface Activation {
  /** The engine's op; `undefined` for the identity. */
  readonly op: string | undefined
  /** Near zero on half of its domain, so that weights should start larger (He et al., 2015). */
  readonly reluLike: boolean
  /** Numbers that it takes as a layer, by name. */
  readonly numbers?: Readonly<Record<string, ActivationNumber>>
}

/** Freezes an activation. */
export function defineActivation(activation: Activation): Activation {
  return Object.freeze(activation)
}
