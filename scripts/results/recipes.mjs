/** What several experiments share. */
import { dense, input, sequential, standardize } from 'downslope'

/** Options of classification. */
export const classify = { loss: 'crossEntropy', metric: 'accuracy' }

/** Features of a table, standardised on the training rows, one hidden layer. */
export function tabular(inputs, hidden, outputs, { activation = 'relu', ...options } = {}) {
  return sequential([
    input({ shape: [inputs] }),
    standardize(),
    dense(hidden, { activation, ...options }),
    dense(outputs, options),
  ])
}
