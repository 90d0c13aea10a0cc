import { readBoolean, readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link adam}. */
export interface AdamOptions {
  /** Step size η ≥ 0, a number or a schedule; default 0.001. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the mean of gradients, in [0, 1), a number or a schedule; default 0.9. */
  readonly beta1?: NumberOrSchedule
  /** Decay of the mean of squared gradients, in [0, 1), a number or a schedule; default 0.999. */
  readonly beta2?: NumberOrSchedule
  /** Added to the denominator, > 0, a number or a schedule; default 1e-8. */
  readonly epsilon?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Keep the maximum of the second moments (Reddi et al., 2018); default `false`. */
  readonly amsgrad?: boolean
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Adam, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; w ← w − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε).
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization" (2015).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * adam({ learningRate: cosineDecay({ initial: 1e-3 }) })
 * ```
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const read = readOptions('adam', options, [
    'learningRate',
    'beta1',
    'beta2',
    'epsilon',
    'weightDecay',
    'amsgrad',
    'decayAll',
  ])
  const defaults = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }
  const numbers = readNumbers('adam', read, defaults)
  const amsgrad = readBoolean('adam', 'amsgrad', read.amsgrad, false)
  return defineOptimizer('adam', numbers, { amsgrad }, read.decayAll)
}
