/** How good is it, and is it better? Cross-validation, and two networks on the same folds. */
import {
  compareModels,
  crossValidate,
  dataset,
  dense,
  input,
  kFold,
  repeated,
  sequential,
  standardize,
} from 'downslope'
import { breastCancer } from './data/load.mjs'

const data = dataset(breastCancer())
const options = { loss: 'crossEntropy', optimizer: 'adam', epochs: 20, batchSize: 32 }
const linear = sequential([input({ shape: [30] }), standardize(), dense(2)])
const hidden = sequential([input({ shape: [30] }), standardize(), dense(32, { activation: 'relu' }), dense(2)])

// every row is validated on once, by a model that has not seen it
const run = crossValidate(data, {
  build: () => ({ network: hidden, ...options }),
  validation: kFold(5),
  metrics: ['accuracy', 'auc'],
  probabilities: true,
})
for await (const { fold, rows, accuracy } of run) {
  console.log(
    `fold ${fold}: trained on ${rows.train} rows, accuracy ${accuracy.toFixed(3)} on ${rows.validation} others`,
  )
}
const { mean, deviation, predictions } = await run
console.log(`accuracy ${mean.accuracy.toFixed(3)} ± ${deviation.accuracy.toFixed(3)}, auc ${mean.auc.toFixed(4)}`)
console.log(`${predictions.shape[0]} predictions, the first: ${predictions.data[0].toFixed(3)} ${data.classes[0]}`)

// the same folds for both, so that their differences count, not the folds'
const { models, differences, best } = await compareModels(data, {
  candidates: { linear: { network: linear, ...options }, hidden: { network: hidden, ...options } },
  validation: repeated(kFold(5), 3),
  metric: 'accuracy',
})
for (const [name, { mean, deviation }] of Object.entries(models)) {
  console.log(`${name}: ${mean.toFixed(4)} ± ${deviation.toFixed(4)}`)
}
const [{ first, second, interval, p }] = differences
const [low, high] = interval.map((value) => value.toFixed(4))
console.log(`${first} − ${second}: between ${low} and ${high} with 95 % confidence (p = ${p.toFixed(2)})`)
console.log(`by its mean the better one is ${best}`)
