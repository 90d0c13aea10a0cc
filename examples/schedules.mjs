/**
 * Wherever a learning rate is taken, so is a schedule or your own function of the step. Which one serves digits best?
 *
 *     node examples/schedules.mjs
 */
import {
  constant,
  cosineDecay,
  dataset,
  dense,
  exponentialDecay,
  fit,
  input,
  rescale,
  sequential,
  sgd,
  stepDecay,
  warmup,
} from 'downslope'
import { digits } from './data/load.mjs'

const [train, test] = dataset(digits()).split(0.2, { seed: 1 })
const network = sequential([input({ shape: [64] }), rescale(1 / 16), dense(64, { activation: 'relu' }), dense(10)])

const schedules = {
  constant: constant(0.1),
  exponential: exponentialDecay({ initial: 0.2, decayRate: 0.9, decaySteps: 45 }),
  steps: stepDecay({ initial: 0.2, factor: 0.3, every: 225 }),
  'warm-up, cosine': warmup({ steps: 45, then: cosineDecay({ initial: 0.2 }) }),
  'my own': (step, { totalSteps }) => 0.2 * (1 - step / totalSteps) ** 2,
}

for (const [name, learningRate] of Object.entries(schedules)) {
  const { model, history } = await fit(network, train, {
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate, momentum: 0.9 }),
    epochs: 15,
    batchSize: 32,
    seed: 1,
  })
  const rates = history.map((epoch) => epoch.learningRate)
  const { accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
  const drawn = rates.map((rate) => '▁▂▃▄▅▆▇█'[Math.min(7, Math.floor((rate / 0.2) * 7.99))]).join('')
  console.log(`${name.padEnd(16)} ${drawn}   accuracy ${accuracy.toFixed(4)}`)
  model.close()
}
