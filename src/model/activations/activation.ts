/** What a layer needs to know of an activation. */
export interface Activation {
  /** The engine's op; `undefined` for the identity. */
  readonly op: string | undefined
  /** Zero on half of its domain, so that weights should start larger (He et al., 2015). */
  readonly reluLike: boolean
}

/** Freezes an activation. */
export function defineActivation(activation: Activation): Activation {
  return Object.freeze(activation)
}
