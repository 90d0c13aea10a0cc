/**
 * A rare class: accuracy looks fine while it is missed. Class weights, and metrics that show it.
 *
 *     node examples/imbalanced.mjs
 */
import { adam, confusionMatrix, dataset, dense, fit, input, sequential, standardize } from 'downslope'
import { breastCancer } from './data/load.mjs'

// two measures that overlap (texture and smoothness), and of the malignant tumours only every sixth: 36 among 357 benign ones
const { inputs, labels } = breastCancer()
const [, width] = inputs.shape
let malignant = 0
const kept = labels.flatMap((label, row) => (label === 'malignant' && malignant++ % 6 > 0 ? [] : [row]))
const rows = kept.map((row) => [1, 4].map((column) => inputs.data[row * width + column]))
const rare = dataset({ inputs: rows, labels: kept.map((row) => labels[row]) })
const [train, test] = rare.split([0.5, 0.5], { seed: 1 })

const network = sequential([input({ shape: [2] }), standardize(), dense(8, { activation: 'tanh' }), dense(1)])
const metrics = ['accuracy', 'balancedAccuracy', 'f1', 'auc']
const options = { loss: 'binaryCrossEntropy', optimizer: adam({ learningRate: 0.01 }), epochs: 60 }
for (const [name, weights] of Object.entries({ 'as they are': {}, balanced: { classWeights: 'balanced' } })) {
  const { model } = await fit(network, train, { ...options, ...weights })
  const measured = await model.evaluate(test, { metrics })
  console.log(`${name.padEnd(12)} ${metrics.map((metric) => `${metric} ${measured[metric].toFixed(3)}`).join('   ')}`)
  model.close()
}

const { model } = await fit(network, rare, { ...options, classWeights: 'balanced' })
const actual = kept.map((row) => labels[row])
const matrix = confusionMatrix(actual, await model.predictClasses(rows))
console.log(`\nrows: what they are, columns: what they are taken for\n${matrix}`)
