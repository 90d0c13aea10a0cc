import { binaryTarget, defineLoss, type Loss } from './loss.ts'

/**
 * Mean of max(0, 1 − target · prediction) over the outputs of a row; Cortes and Vapnik (1995). Targets are −1 and 1 (others are
 * `ERR_DATA`); with one output, two-class labels count as −1 and 1 in the order of `classes`. There are no probabilities.
 */
export const hinge: Loss = defineLoss({
  op: 'hinge',
  predicts: 'classes',
  fuses: undefined,
  transform: 'none',
  target: binaryTarget,
})
