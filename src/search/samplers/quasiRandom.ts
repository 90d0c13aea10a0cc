import { readOptions } from '../../options.ts'
import { defineSampler } from './define.ts'
import type { Sampler } from './sampler.ts'

/**
 * Scrambled Sobol points: as {@link random}, but spread evenly, so that every parameter and every pair of them is covered
 * with fewer trials.
 *
 * Trial n gets point n of the sequence, which is a function of the study's seed and n alone: trials do not wait for each other
 * (unless a pruner or a stopping rule looks at earlier ones), and any power of two of them is balanced. Each dimension is scrambled by itself (Owen's nested uniform scrambling). There are
 * direction numbers for 1,024 parameters; those beyond are drawn as by {@link random}. In a finite space no combination comes
 * twice, and the study is `exhausted` after the last.
 *
 * Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008); Owen, "Randomly permuted (t, m, s)-nets
 * and (t, s)-sequences" (1995).
 *
 * @throws DownslopeError `ERR_OPTION` when there are options
 * @example
 * ```ts
 * quasiRandom()
 * ```
 */
export function quasiRandom(options: Readonly<Record<never, never>> = {}): Sampler {
  readOptions('quasiRandom', options, [])
  return defineSampler('quasiRandom', {}, { usesValues: false })
}
