import { readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** Step size η ≥ 0, a number or a schedule; default 1e-2. */
  readonly learningRate?: NumberOrSchedule
  /** How fast the step size falls: δ ≥ 0, a number or a schedule; default 0. */
  readonly learningRateDecay?: NumberOrSchedule
  /** What the sum of squared gradients starts with: v₀ ≥ 0, a number or a schedule; default 0. */
  readonly initialAccumulator?: NumberOrSchedule
  /** Added to the denominator, > 0, a number or a schedule; default 1e-10. */
  readonly epsilon?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Adagrad, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; v ← v + g²; w ← w − η/(1 + t·δ) · g / (√(v + v₀) + ε), where t counts from 0.
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Duchi, Hazan, Singer, "Adaptive Subgradient
 * Methods for Online Learning and Stochastic Optimization" (2011).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * adagrad({ learningRate: 0.05 })
 * ```
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const read = readOptions('adagrad', options, [
    'learningRate',
    'learningRateDecay',
    'initialAccumulator',
    'epsilon',
    'weightDecay',
    'decayAll',
  ])
  const defaults = { learningRate: 1e-2, learningRateDecay: 0, initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0 }
  return defineOptimizer('adagrad', readNumbers('adagrad', read, defaults), {}, read.decayAll)
}
