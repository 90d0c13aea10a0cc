import { readBoolean, readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  /** Step size η ≥ 0, a number or a schedule; default 1e-2. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the mean of squared gradients ρ in [0, 1], a number or a schedule; default 0.99. */
  readonly rho?: NumberOrSchedule
  /** Added to the denominator, > 0, a number or a schedule; default 1e-8. */
  readonly epsilon?: NumberOrSchedule
  /** Momentum μ in [0, 1), a number or a schedule; default 0. */
  readonly momentum?: NumberOrSchedule
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Divide by the deviation of the gradients rather than by their size; default `false`. */
  readonly centered?: boolean
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * RMSprop, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; v ← ρ·v + (1 − ρ)·g²; d = g/(√v + ε), where with `centered` v − a² takes the place of v, a ← ρ·a + (1 − ρ)·g;
 * b ← μ·b + d; w ← w − η·b, which without momentum is w − η·d.
 *
 * Differs from PyTorch: ρ is called `alpha` there, and weight decay leaves biases out unless `decayAll`. Tieleman and Hinton,
 * "Neural Networks for Machine Learning", lecture 6.5 (2012); centred: Graves, "Generating Sequences With Recurrent Neural
 * Networks" (2013).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * rmsprop({ learningRate: 1e-3, momentum: 0.9, centered: true })
 * ```
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const read = readOptions('rmsprop', options, [
    'learningRate',
    'rho',
    'epsilon',
    'momentum',
    'weightDecay',
    'centered',
    'decayAll',
  ])
  const defaults = { learningRate: 1e-2, rho: 0.99, epsilon: 1e-8, momentum: 0, weightDecay: 0 }
  const numbers = readNumbers('rmsprop', read, defaults)
  const centered = readBoolean('rmsprop', 'centered', read.centered, false)
  const rule = { centered, momentum: numbers.momentum !== 0 }
  return defineOptimizer('rmsprop', numbers, { centered }, read.decayAll, rule)
}
