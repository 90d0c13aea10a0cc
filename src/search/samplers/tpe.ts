import { readInteger, readOptions, refuse } from '../../options.ts'
import { defineSampler } from './define.ts'
import type { Sampler } from './sampler.ts'

/** Options of {@link tpe}. */
export interface TpeOptions {
  /** So many trials must have ended (not failed) before the model is used, an integer ≥ 1; until then as {@link quasiRandom}. Default 10. */
  readonly startup?: number
  /** How many points are drawn from the good density for each trial, an integer in [1, 16384]; default 24. More makes it greedier. */
  readonly candidates?: number
}

const MOST_CANDIDATES = 16_384

/**
 * Tree-structured Parzen estimator: suggests where good trials are dense and others are not.
 *
 * The best 15 % of the trials are good. l(x) is a mixture of kernels around them, g(x) around all others; of so many
 * candidates drawn from l, the one with the largest l(x) / g(x) is suggested. A kernel is a product over all parameters that are
 * active together (one model for each branch), a truncated normal density in each or its masses where there are few values; good
 * trials are weighted by their improvement. Trials that still run count as bad, so that workers keep apart. Feasible trials come
 * before others, completed ones before pruned ones; with several directions good are the first fronts, weighted by hypervolume.
 *
 * A good default for any space and up to thousands of trials. Settings and what was measured: docs/design/search.md.
 *
 * Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (2011); Watanabe, "Tree-Structured Parzen Estimator: Understanding
 * Its Algorithm Components and Their Roles for Better Empirical Performance" (2023).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * tpe({ startup: 20 })
 * ```
 */
export function tpe(options: TpeOptions = {}): Sampler {
  const read = readOptions('tpe', options, ['startup', 'candidates'])
  const startup = readInteger('tpe', 'startup', read.startup, 1, 10)
  const candidates = readInteger('tpe', 'candidates', read.candidates, 1, 24)
  if (candidates > MOST_CANDIDATES) refuse('tpe', `candidates must be at most ${MOST_CANDIDATES}`, candidates)
  return defineSampler('tpe', { startup, candidates }, { usesValues: true })
}
