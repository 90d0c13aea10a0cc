import { defineLoss, type Loss, numbersLike } from './loss.ts'

/** Mean of |prediction − target| over the outputs of a row; the derivative where both are equal is 0. */
export const meanAbsoluteError: Loss = defineLoss({
  op: 'absoluteError',
  predicts: 'numbers',
  fuses: undefined,
  transform: 'none',
  target: numbersLike,
})
