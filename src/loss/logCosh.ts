import { defineLoss, type Loss, numbersLike } from './loss.ts'

/**
 * Mean of log cosh(prediction − target) over the outputs of a row: half the square of small errors, the absolute value less log 2 of
 * large ones. Small errors keep all their digits, large ones do not overflow.
 */
export const logCosh: Loss = defineLoss({
  op: 'logCosh',
  predicts: 'numbers',
  fuses: undefined,
  transform: 'none',
  target: numbersLike,
})
