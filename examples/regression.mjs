/**
 * Numbers instead of classes: how far diabetes goes on within a year. Early stopping picks the epoch.
 *
 *     node examples/regression.mjs
 */
import { adamw, dataset, dense, fit, input, l2, sequential, standardize } from 'downslope'
import { diabetes } from './data/load.mjs'

const [train, test] = dataset(diabetes()).split(0.2, { seed: 3 })

const network = sequential([
  input({ shape: [10] }),
  standardize(), // learns mean and deviation from the training rows only
  dense(32, { activation: 'tanh', kernelRegularizer: l2(1e-3) }),
  dense(1),
])

const { model, history, status } = await fit(network, train, {
  loss: 'meanSquaredError',
  targetTransform: 'standardize', // the network sees numbers around 0; predictions come back in the target's own units
  optimizer: adamw({ learningRate: 0.003, weightDecay: 0.01 }),
  epochs: 300,
  batchSize: 32,
  validation: 0.2,
  earlyStopping: { patience: 20, restoreBest: true },
  seed: 3,
})
console.log(`${status} after ${history.length} epochs`)

const { rootMeanSquaredError, meanAbsoluteError } = await model.evaluate(test, {
  metrics: ['rootMeanSquaredError', 'meanAbsoluteError'],
})
console.log(
  `${test.size} patients not seen in training: RMSE ${rootMeanSquaredError.toFixed(1)}, mean error ${meanAbsoluteError.toFixed(1)}`,
)
model.close()
