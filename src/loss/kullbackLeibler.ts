import { defineLoss, type Loss, numbersLike } from './loss.ts'

/**
 * Divergence of softmax(z) from probabilities t: Σ t · (log t − log softmax(z)) over the classes of a row, for logits z; Kullback and
 * Leibler (1951). A probability of 0 adds nothing; numbers outside [0, 1] are `ERR_DATA`. Its gradient is that of `crossEntropy`. Where
 * the network ends in softmax, its input is taken.
 */
export const kullbackLeibler: Loss = defineLoss({
  op: 'kullbackLeibler',
  predicts: 'classes',
  fuses: 'softmax',
  transform: 'softmax',
  target(row, data) {
    if (row.length !== 1) return `needs an output [rows, classes], received [rows, ${row.join(', ')}]`
    return numbersLike(row, data)
  },
})
