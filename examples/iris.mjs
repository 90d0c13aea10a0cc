/**
 * The smallest whole thing: data, network, training, a question.
 *
 *     node examples/iris.mjs
 */
import { dataset, dense, fit, input, sequential, standardize } from 'downslope'
import { iris } from './data/load.mjs'

const [train, test] = dataset(iris()).split(0.2, { seed: 1 })

const { model } = await fit(
  sequential([input({ shape: [4] }), standardize(), dense(16, { activation: 'relu' }), dense(3)]),
  train,
  { loss: 'crossEntropy', optimizer: 'adam', epochs: 200, batchSize: 16, seed: 1 },
)

const { accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
console.log(`${test.size} flowers not seen in training: accuracy ${accuracy.toFixed(3)}`)

const flower = [[6.1, 2.9, 4.7, 1.4]]
const [species] = await model.predictClasses(flower)
const { data } = await model.predict(flower, { probabilities: true })
console.log(`sepal 6.1 × 2.9 cm, petal 4.7 × 1.4 cm: ${species} (${(100 * Math.max(...data)).toFixed(0)} %)`)
model.close()
