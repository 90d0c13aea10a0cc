import { defineLoss, type Loss, numbersLike } from './loss.ts'

/**
 * With e = prediction − target: e² / 2 below 1, |e| − 1/2 from there on; the mean over the outputs of a row. Huber (1964). Another place
 * of the corner: a function with `ops.huber(prediction, target, { delta })`. As PyTorch's `HuberLoss`.
 */
export const huber: Loss = defineLoss({
  op: 'huber',
  predicts: 'numbers',
  fuses: undefined,
  transform: 'none',
  target: numbersLike,
})
