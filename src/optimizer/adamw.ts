import { readBoolean, readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link adamw}. */
export interface AdamwOptions {
  /** Step size η ≥ 0, a number or a schedule; default 0.001. */
  readonly learningRate?: NumberOrSchedule
  /** Decay of the mean of gradients, in [0, 1), a number or a schedule; default 0.9. */
  readonly beta1?: NumberOrSchedule
  /** Decay of the mean of squared gradients, in [0, 1), a number or a schedule; default 0.999. */
  readonly beta2?: NumberOrSchedule
  /** Added to the denominator, > 0, a number or a schedule; default 1e-8. */
  readonly epsilon?: NumberOrSchedule
  /** Decoupled decay λ ≥ 0, a number or a schedule; default 0.01. */
  readonly weightDecay?: NumberOrSchedule
  /** Keep the maximum of the second moments (Reddi et al., 2018); default `false`. */
  readonly amsgrad?: boolean
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Adam with decoupled weight decay, with PyTorch's definitions and defaults.
 *
 * w ← w − η·λ·w, then {@link adam} without decay in its gradient.
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization" (2019).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * adamw({ learningRate: 3e-4, weightDecay: 0.05 })
 * ```
 */
export function adamw(options: AdamwOptions = {}): Optimizer {
  const read = readOptions('adamw', options, [
    'learningRate',
    'beta1',
    'beta2',
    'epsilon',
    'weightDecay',
    'amsgrad',
    'decayAll',
  ])
  const defaults = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }
  const numbers = readNumbers('adamw', read, defaults)
  const amsgrad = readBoolean('adamw', 'amsgrad', read.amsgrad, false)
  return defineOptimizer('adamw', numbers, { amsgrad }, read.decayAll)
}
