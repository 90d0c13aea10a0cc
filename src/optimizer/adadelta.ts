import { readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link adadelta}. */
export interface AdadeltaOptions {
  /** Factor η ≥ 0 of the step that the rule finds by itself, a number or a schedule; default 1. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the means of squared gradients and steps ρ in [0, 1], a number or a schedule; default 0.9. */
  readonly rho?: NumberOrSchedule
  /** Added to both means, > 0, a number or a schedule; default 1e-6. */
  readonly epsilon?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Adadelta, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; v ← ρ·v + (1 − ρ)·g²; d = √(a + ε)/√(v + ε) · g; a ← ρ·a + (1 − ρ)·d²; w ← w − η·d.
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Zeiler, "ADADELTA: An Adaptive Learning Rate
 * Method" (2012).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * adadelta()
 * ```
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const read = readOptions('adadelta', options, ['learningRate', 'rho', 'epsilon', 'weightDecay', 'decayAll'])
  const defaults = { learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 }
  return defineOptimizer('adadelta', readNumbers('adadelta', read, defaults), {}, read.decayAll)
}
