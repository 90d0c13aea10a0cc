import type { FlatSpace, Point } from '../space/flat.ts'

/** JSON form of a sampler: the name of its factory and its options. */
export interface SamplerConfig {
  readonly kind: string
  readonly [option: string]: unknown
}

/** A search strategy with its options; made by `tpe()`, `random()` and the others, frozen. */
export interface Sampler {
  readonly kind: string
  readonly config: SamplerConfig
}

/** What a sampler is started with. */
export interface SamplerStart {
  readonly space: FlatSpace
  /** Turns parameters as users write them into a point, for lists such as `manual`'s; throws `ERR_OPTION` with the path. */
  readonly encode: (where: string, params: unknown) => Point
  readonly directions: readonly ('minimize' | 'maximize')[]
  readonly seed: number
}

/** A finished trial, as a sampler sees it. */
export interface FinishedPoint {
  readonly number: number
  readonly status: 'completed' | 'pruned' | 'failed'
  /** As the user gave them; empty where there are none. */
  readonly values: readonly number[]
  /** Sum of what the constraints exceed 0 by. */
  readonly violation: number
  /** Last step reported, for pruned trials; NaN where nothing was reported. */
  readonly step: number
}

/** A sampler at work on one study: holds native memory until `close`. */
export interface Suggester {
  /**
   * The point of the next trial. `asked` and `finished` are what came since the last call: the points of trials in the
   * order of their numbers (whoever chose them), finished trials in the order in which they became known.
   * `undefined` when every combination has been suggested. The lists are the sampler's from here on. Not to be called
   * before the last answer: a study asks for one trial after the other.
   */
  suggest(asked: readonly Point[], finished: readonly FinishedPoint[]): Promise<Point | undefined>
  close(): void
}

/** What the study knows of a sampler beyond its options. */
export interface SamplerPlan {
  /** False for samplers that ignore values (random, grid, quasi-random, manual): on their account no trial waits. */
  readonly usesValues: boolean
  start(context: SamplerStart): Suggester
  /** Rejects with `ERR_OPTION` when the options do not fit to the space; absent where they fit to any. */
  readonly check?: (context: SamplerStart) => Promise<void>
}
