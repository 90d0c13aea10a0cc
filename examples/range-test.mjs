/** Before any search: a learning rate to begin with, and a batch size that this machine likes. */
import { adam, dataset, dense, findBatchSize, findLearningRate, fit, input, rescale, sequential } from 'downslope'
import { digits } from './data/load.mjs'

const data = dataset(digits())
const network = sequential([input({ shape: [64] }), rescale(1 / 16), dense(100, { activation: 'relu' }), dense(10)])

// one short run whose learning rate grows from step to step, until the loss blows up
const { rates, smoothed, suggestion } = await findLearningRate(network, data, {
  loss: 'crossEntropy',
  optimizer: 'adam',
})
for (let step = 0; step < rates.length; step += 8) {
  console.log(`${rates[step].toExponential(1)} ${'▒'.repeat(Math.min(60, Math.round(smoothed[step] * 10)))}`)
}
console.log(`suggested: ${suggestion.toExponential(1)}`)

// measured here and now: other numbers on each machine and in each run
const { candidates, suggestion: batchSize } = await findBatchSize(network, data, {
  loss: 'crossEntropy',
  optimizer: 'adam',
})
for (const { batchSize, samplesPerSecond, bytes } of candidates) {
  console.log(
    `${String(batchSize).padStart(5)} rows: ${(samplesPerSecond / 1e6).toFixed(2)} million a second, ${(bytes / 1024).toFixed(0)} KiB`,
  )
}
console.log(`fast enough: ${batchSize}`)

const optimizer = adam({ learningRate: suggestion })
const { history } = await fit(network, data, {
  loss: 'crossEntropy',
  optimizer,
  batchSize: 32,
  epochs: 3,
  metrics: ['accuracy'],
})
console.log(`after three epochs: accuracy ${history.at(-1).accuracy.toFixed(3)}`)
