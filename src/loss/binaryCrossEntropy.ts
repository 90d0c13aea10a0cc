import { binaryTarget, defineLoss, type Loss } from './loss.ts'

/**
 * Binary cross entropy of logits z: −t · log σ(z) − (1 − t) · log(1 − σ(z)), the mean over the outputs. With one output,
 * two-class labels count as 0 and 1 in the order of `classes`. Where the network ends in sigmoid, its input is taken.
 */
export const binaryCrossEntropy: Loss = defineLoss({
  op: 'binaryCrossEntropy',
  predicts: 'classes',
  fuses: 'sigmoid',
  transform: 'sigmoid',
  target: binaryTarget,
})
