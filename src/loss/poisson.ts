import { defineLoss, type Loss, numbersLike } from './loss.ts'

/**
 * Mean of e^z − target · z over the outputs of a row: predictions z are logarithms of rates, targets counts ≥ 0. `predict` returns log
 * rates. As PyTorch's `PoissonNLLLoss`, which leaves out the terms of the target alone.
 *
 * A negative target is `ERR_DATA`.
 */
export const poisson: Loss = defineLoss({
  op: 'poisson',
  predicts: 'log rates',
  fuses: undefined,
  transform: 'none',
  target: numbersLike,
})
