/**
 * Numbers instead of classes: how far diabetes goes on within a year.
 *
 *     node examples/regression.mjs
 */
import { adamw, dataset, dense, fit, input, l2, sequential, standardize } from 'downslope'
import { diabetes } from './data/load.mjs'

// the target goes from 25 to 346; in hundreds it is of the size that networks start with
const UNIT = 100
const { inputs, targets } = diabetes()
const data = dataset({ inputs, targets: { ...targets, data: targets.data.map((value) => value / UNIT) } })
const [train, test] = data.split(0.2, { seed: 3 })

const network = sequential([
  input({ shape: [10] }),
  standardize(), // learns mean and deviation from the training rows only
  dense(32, { activation: 'tanh', kernelRegularizer: l2(1e-3) }),
  dense(1),
])

const run = fit(network, train, {
  loss: 'meanSquaredError',
  optimizer: adamw({ learningRate: 0.003, weightDecay: 0.01 }),
  epochs: 50,
  batchSize: 32,
  validation: 0.2,
  metrics: ['rootMeanSquaredError'],
  seed: 3,
})
for await (const { epoch, rootMeanSquaredError, penalty, validation } of run) {
  if (epoch % 10 !== 0) continue
  const rmse = (UNIT * rootMeanSquaredError).toFixed(1)
  const unseen = (UNIT * validation.rootMeanSquaredError).toFixed(1)
  console.log(`epoch ${epoch}: RMSE ${rmse}, validation ${unseen}, penalty ${penalty.toFixed(4)}`)
}

const { model } = await run
const { rootMeanSquaredError, meanAbsoluteError } = await model.evaluate(test, {
  metrics: ['rootMeanSquaredError', 'meanAbsoluteError'],
})
const [rmse, error] = [rootMeanSquaredError, meanAbsoluteError].map((value) => (UNIT * value).toFixed(1))
console.log(`${test.size} patients not seen in training: RMSE ${rmse}, mean error ${error}`)
model.close()
