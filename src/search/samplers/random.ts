import { readOptions } from '../../options.ts'
import { defineSampler } from './define.ts'
import type { Sampler } from './sampler.ts'

/**
 * Independent uniform draws: in the logarithm where a parameter's scale is one, each category alike.
 *
 * Trial n's parameters are a function of the study's seed and n alone, so trials do not wait for each other, unless a pruner
 * or a stopping rule looks at earlier ones. A strong baseline where few of many parameters matter; {@link quasiRandom} covers
 * a space more evenly. In a finite space no combination comes twice, and the study is `exhausted` after the last.
 *
 * Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization" (2012).
 *
 * @throws DownslopeError `ERR_OPTION` when there are options
 * @example
 * ```ts
 * random()
 * ```
 */
export function random(options: Readonly<Record<never, never>> = {}): Sampler {
  readOptions('random', options, [])
  return defineSampler('random', {}, { usesValues: false })
}
