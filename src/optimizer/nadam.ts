import { readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link nadam}. */
export interface NadamOptions {
  /** Step size η ≥ 0, a number or a schedule; default 2e-3. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the mean of gradients, in [0, 1), a number or a schedule; default 0.9. */
  readonly beta1?: NumberOrSchedule
  /** Decay of the mean of squared gradients, in [0, 1), a number or a schedule; default 0.999. */
  readonly beta2?: NumberOrSchedule
  /** Added to the denominator, > 0, a number or a schedule; default 1e-8. */
  readonly epsilon?: NumberOrSchedule
  /** How fast the momentum grows towards β₁: ψ ≥ 0, a number or a schedule; default 0.004. */
  readonly momentumDecay?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Adam with Nesterov's momentum, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; μₜ = β₁·(1 − ½·0.96^(t·ψ));
 * w ← w − η · ((1 − μₜ)/(1 − ∏μ) · g + μₜ₊₁/(1 − μₜ₊₁·∏μ) · m) / (√(v/(1 − β₂ᵗ)) + ε), where t counts from 1 and ∏μ is the
 * product of μ₁ … μₜ.
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Dozat, "Incorporating Nesterov Momentum into Adam" (2016).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * nadam({ learningRate: 1e-3 })
 * ```
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const read = readOptions('nadam', options, [
    'learningRate',
    'beta1',
    'beta2',
    'epsilon',
    'momentumDecay',
    'weightDecay',
    'decayAll',
  ])
  const defaults = { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: 4e-3, weightDecay: 0 }
  return defineOptimizer('nadam', readNumbers('nadam', read, defaults), {}, read.decayAll)
}
