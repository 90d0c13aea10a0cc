/**
 * Your own say in the training loop: look at every epoch, stop when you have seen enough, or when somebody else has.
 *
 *     node examples/loop.mjs
 */
import { dataset, dense, fit, input, rescale, sequential } from 'downslope'
import { digits } from './data/load.mjs'

const network = sequential([input({ shape: [64] }), rescale(1 / 16), dense(64, { activation: 'relu' }), dense(10)])
const options = {
  loss: 'crossEntropy',
  optimizer: 'adam',
  epochs: 1000,
  batchSize: 32,
  validation: 0.2,
  metrics: ['accuracy'],
}

// .stop() ends the work early and keeps what there is
const run = fit(network, dataset(digits()), options)
for await (const { epoch, loss, validation } of run) {
  console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}, validation accuracy ${validation.accuracy.toFixed(3)}`)
  if (validation.accuracy >= 0.95) run.stop()
}
const { model, status } = await run
console.log(`${status}, with a model of ${Object.keys(model.weights()).length} parameter tensors`)
model.close()

// an aborted signal throws the work away
const signal = AbortSignal.timeout(100)
try {
  await fit(network, dataset(digits()), { ...options, epochs: 1_000_000, signal })
} catch (error) {
  console.log(`the second run: ${error.name}`)
}
