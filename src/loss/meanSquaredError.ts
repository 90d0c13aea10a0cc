import { defineLoss, type Loss, numbersLike } from './loss.ts'

/** Mean of (prediction − target)² over the outputs of a row. */
export const meanSquaredError: Loss = defineLoss({
  op: 'squaredError',
  predicts: 'numbers',
  fuses: undefined,
  transform: 'none',
  target: numbersLike,
})
