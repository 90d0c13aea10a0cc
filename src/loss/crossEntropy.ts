import { defineLoss, type Loss, numbersLike } from './loss.ts'

/**
 * Cross entropy of logits z: −log softmax(z)[class], or −Σ t · log softmax(z) for probabilities t. Where the network
 * ends in softmax, its input is taken.
 */
export const crossEntropy: Loss = defineLoss({
  op: 'crossEntropy',
  predicts: 'classes',
  fuses: 'softmax',
  transform: 'softmax',
  target(row, data) {
    if (row.length !== 1) return `needs an output [rows, classes], received [rows, ${row.join(', ')}]`
    if (data.classes === undefined) return numbersLike(row, data)
    if (row[0] === data.classes) return { shape: ['rows'], type: 'u32' }
    return `needs one output per class (${data.classes}), received ${row[0]}`
  },
})
