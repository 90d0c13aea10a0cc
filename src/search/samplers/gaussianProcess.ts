import { ranges, readInteger, readName, readNumber, readOptions } from '../../options.ts'
import { defineSampler } from './define.ts'
import type { Sampler } from './sampler.ts'

const acquisitions = ['logExpectedImprovement', 'upperConfidenceBound', 'probabilityOfImprovement'] as const

/** Options of {@link gaussianProcess}. */
export interface GaussianProcessOptions {
  /** Quasi-random trials before the first that is modelled; an integer ≥ 1, default 10. */
  readonly startup?: number
  /**
   * What the next trial maximises, μ and σ being mean and deviation of the model there and `best` the lowest mean at a trial
   * so far (of values to be minimised): `logExpectedImprovement` (default) is ln E[max(best − y, 0)],
   * `probabilityOfImprovement` ln P[y < best − xi], `upperConfidenceBound` kappa σ − μ.
   */
  readonly acquisition?: (typeof acquisitions)[number]
  /** How much `upperConfidenceBound` likes what it does not know, in deviations; ≥ 0, default 2. */
  readonly kappa?: number
  /**
   * What `probabilityOfImprovement` asks for at least, in deviations of the values so far; ≥ 0, default 0.3. Near 0 it creeps
   * downhill from the best trial in tiny steps and is no better than random.
   */
  readonly xi?: number
}

/**
 * Bayesian optimisation: a Gaussian process is fitted to the trials so far, and the next one is where it promises most.
 * The best choice where trials are dear and there are at most some hundreds of them; its time grows with their cube now
 * and then, with their square in between.
 *
 * Matérn 5/2 with a length scale for each parameter under the prior of Hvarfner et al. (2024), categories by whether they
 * differ, stepped parameters on their steps, a fixed stand-in for parameters of other branches; values standardised, and
 * their logarithm taken where that makes them more normal. Pending trials are believed to have the model's mean (Kriging
 * believer). A pruned trial counts with the worse of its last value and the median of the completed ones, a failed one
 * with the worst before it. Several directions: the augmented Chebyshev scalarisation with weights drawn for each trial
 * (ParEGO). Constraints: the probability of being feasible by a second process weighs the acquisition. In a finite space
 * no combination comes twice.
 *
 * Ament et al., "Unexpected Improvements to Expected Improvement" (2023); Hvarfner et al., "Vanilla Bayesian Optimization
 * Performs Great in High Dimensions" (2024); Knowles, "ParEGO" (2006).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * gaussianProcess({ acquisition: 'upperConfidenceBound', kappa: 1.5 })
 * ```
 */
export function gaussianProcess(options: GaussianProcessOptions = {}): Sampler {
  const where = 'gaussianProcess'
  const read = readOptions(where, options, ['startup', 'acquisition', 'kappa', 'xi'])
  return defineSampler(
    where,
    {
      startup: readInteger(where, 'startup', read.startup, 1, 10),
      acquisition: readName(where, 'acquisition', read.acquisition ?? acquisitions[0], acquisitions),
      kappa: readNumber(where, 'kappa', read.kappa, ranges.notNegative, 2),
      xi: readNumber(where, 'xi', read.xi, ranges.notNegative, 0.3),
    },
    { usesValues: true },
  )
}
