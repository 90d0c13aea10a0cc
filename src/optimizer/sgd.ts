import { DownslopeError } from '../errors.ts'
import { readBoolean, readOptions } from '../options.ts'
import type { NumberOrSchedule } from '../schedule/schedule.ts'
import { defineOptimizer, type Optimizer, readNumbers } from './optimizer.ts'

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Step size η ≥ 0, a number or a schedule; default 0.001. */
  readonly learningRate?: NumberOrSchedule
  /** Momentum μ in [0, 1), a number or a schedule; default 0. */
  readonly momentum?: NumberOrSchedule
  /** Dampening τ of the momentum in [0, 1], a number or a schedule; default 0. */
  readonly dampening?: NumberOrSchedule
  /** Nesterov's momentum; needs a momentum and no dampening; default `false`. */
  readonly nesterov?: boolean
  /** Coupled decay λ ≥ 0 (an L2 gradient λ·w), a number or a schedule; default 0. */
  readonly weightDecay?: NumberOrSchedule
  /** Decay biases as well; default `false`. */
  readonly decayAll?: boolean
}

/**
 * Stochastic gradient descent, with PyTorch's definitions and defaults.
 *
 * g ← ∇L + λ·w; v ← μ·v + (1 − τ)·g (v ← g at the first step); g ← g + μ·v with `nesterov`, else v; w ← w − η·g.
 *
 * Differs from PyTorch: weight decay leaves biases out unless `decayAll`. Sutskever et al., "On the importance of
 * initialization and momentum in deep learning" (2013).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown, out of its range or does not fit the others
 * @example
 * ```ts
 * sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 1e-4 })
 * ```
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const read = readOptions('sgd', options, [
    'learningRate',
    'momentum',
    'dampening',
    'nesterov',
    'weightDecay',
    'decayAll',
  ])
  const numbers = readNumbers('sgd', read, { learningRate: 1e-3, momentum: 0, dampening: 0, weightDecay: 0 })
  const nesterov = readBoolean('sgd', 'nesterov', read.nesterov, false)
  if (nesterov && (numbers.momentum === 0 || numbers.dampening !== 0)) {
    throw new DownslopeError('ERR_OPTION', 'sgd: nesterov needs momentum > 0 and dampening 0, received others')
  }
  return defineOptimizer('sgd', numbers, { nesterov }, read.decayAll, { nesterov, momentum: numbers.momentum !== 0 })
}
