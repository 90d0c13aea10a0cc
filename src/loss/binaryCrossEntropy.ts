import { defineLoss, type Loss, numbersLike } from './loss.ts'

/**
 * Binary cross entropy of logits z: −t · log σ(z) − (1 − t) · log(1 − σ(z)), the mean over the outputs. With one output,
 * two-class labels count as 0 and 1 in the order of `classes`. Where the network ends in sigmoid, its input is taken.
 */
export const binaryCrossEntropy: Loss = defineLoss({
  op: 'binaryCrossEntropy',
  predicts: 'classes',
  fuses: 'sigmoid',
  transform: 'sigmoid',
  target(row, data) {
    if (data.classes === undefined) return numbersLike(row, data)
    if (row.length !== 1 || row[0] !== 1)
      return `with labels needs an output [rows, 1], received [rows, ${row.join(', ')}]`
    if (data.classes === 2) return { shape: ['rows'], type: 'u32' }
    return `with labels needs two classes, received ${data.classes}`
  },
})
