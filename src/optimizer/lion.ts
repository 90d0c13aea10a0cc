import { readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link lion}. */
export interface LionOptions {
  /** Step size η ≥ 0, a number or a schedule; default 1e-4. */
  readonly learningRate?: NumberOrSchedule
  /** Share of the momentum in the direction of a step, in [0, 1), a number or a schedule; default 0.9. */
  readonly beta1?: NumberOrSchedule
  /** Decay of the momentum, in [0, 1), a number or a schedule; default 0.99. */
  readonly beta2?: NumberOrSchedule
  /** Decoupled decay λ ≥ 0, a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Lion: steps of one size in the direction of the sign of a momentum.
 *
 * w ← w − η·λ·w; w ← w − η · sign(β₁·m + (1 − β₁)·g), sign(0) = 0; m ← β₂·m + (1 − β₂)·g. Its learning rate is best three to
 * ten times smaller, and its decay as much larger, than those of {@link adamw}.
 *
 * Weight decay leaves biases out unless `decayAll`. Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * lion({ learningRate: 1e-4, weightDecay: 0.1 })
 * ```
 */
export function lion(options: LionOptions = {}): Optimizer {
  const read = readOptions('lion', options, ['learningRate', 'beta1', 'beta2', 'weightDecay', 'decayAll'])
  const defaults = { learningRate: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 }
  return defineOptimizer('lion', readNumbers('lion', read, defaults), {}, read.decayAll)
}
