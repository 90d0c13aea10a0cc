import { readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link adamax}. */
export interface AdamaxOptions {
  /** Step size η ≥ 0, a number or a schedule; default 2e-3. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the mean of gradients, in [0, 1), a number or a schedule; default 0.9. */
  readonly beta1?: NumberOrSchedule
  /** Decay of the largest gradient, in [0, 1), a number or a schedule; default 0.999. */
  readonly beta2?: NumberOrSchedule
  /** Added to the magnitude of each gradient, > 0, a number or a schedule; default 1e-8. */
  readonly epsilon?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Adam with the largest gradient of late in place of the mean of squares, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; m ← β₁·m + (1 − β₁)·g; u ← max(β₂·u, |g| + ε); w ← w − η/(1 − β₁ᵗ) · m/u, where t counts from 1.
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization" (2015), section 7.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * adamax({ learningRate: 2e-3 })
 * ```
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  const read = readOptions('adamax', options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'decayAll'])
  const defaults = { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }
  return defineOptimizer('adamax', readNumbers('adamax', read, defaults), {}, read.decayAll)
}
