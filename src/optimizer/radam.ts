import { readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link radam}. */
export interface RadamOptions {
  /** Step size η ≥ 0, a number or a schedule; default 1e-3. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the mean of gradients, in [0, 1), a number or a schedule; default 0.9. */
  readonly beta1?: NumberOrSchedule
  /** Decay of the mean of squared gradients, in [0, 1), a number or a schedule; default 0.999. */
  readonly beta2?: NumberOrSchedule
  /** Added to the denominator, > 0, a number or a schedule; default 1e-8. */
  readonly epsilon?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Rectified Adam, with PyTorch's definitions and defaults: no division by the second moment until enough steps were seen to
 * estimate it, so that it needs no warm-up.
 *
 * g ← ∇L + λ·w; m and v as {@link adam}; ρ∞ = 2/(1 − β₂) − 1; ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ), where t counts from 1. Where ρ > 5,
 * w ← w − η · r · √(1 − β₂ᵗ) · m/(1 − β₁ᵗ) / (√v + ε) with r = √((ρ − 4)·(ρ − 2)·ρ∞ / ((ρ∞ − 4)·(ρ∞ − 2)·ρ)); else
 * w ← w − η · m/(1 − β₁ᵗ).
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Liu et al., "On the Variance of the Adaptive
 * Learning Rate and Beyond" (2020).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * radam({ learningRate: 1e-3 })
 * ```
 */
export function radam(options: RadamOptions = {}): Optimizer {
  const read = readOptions('radam', options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'decayAll'])
  const defaults = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }
  return defineOptimizer('radam', readNumbers('radam', read, defaults), {}, read.decayAll)
}
