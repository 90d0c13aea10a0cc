/**
 * Several inputs, several outputs: what a patient is and what the blood says go through towers of their own, beside a
 * straight line ("wide and deep"), to a number and to a yes or no.
 *
 *     node examples/functional.mjs
 */
import { adam, add, concatenate, dataset, dense, describe, fit, functional, input, standardize } from 'downslope'
import { diabetes } from './data/load.mjs'

const UNIT = 100
const { inputs, targets } = diabetes()
const rows = Array.from({ length: inputs.shape[0] }, (_, row) => [...inputs.data.slice(10 * row, 10 * row + 10)])
const progress = Array.from(targets.data, (value) => value / UNIT)
const median = [...progress].sort((a, b) => a - b)[progress.length >> 1]

const data = dataset({
  inputs: { patient: rows.map((row) => row.slice(0, 4)), blood: rows.map((row) => row.slice(4)) },
  targets: { progress },
  labels: { fast: progress.map((value) => (value > median ? 'yes' : 'no')) },
})
const [train, test] = data.split(0.2, { seed: 3 })

const network = functional({ patient: input({ shape: [4] }), blood: input({ shape: [6] }) }, ({ patient, blood }) => {
  const [who, what] = [standardize()(patient), standardize()(blood)]
  const deep = concatenate([dense(16, { activation: 'tanh' })(who), dense(16, { activation: 'tanh' })(what)])
  const wide = concatenate([who, what])
  const head = (name) => add([dense(1, { name: `${name}Wide` })(wide), dense(1, { name: `${name}Deep` })(deep)])
  return { progress: head('progress'), fast: head('fast') }
})
console.log(`${describe(network)}`.split('\n\n')[0])

const run = fit(network, train, {
  loss: { progress: 'meanSquaredError', fast: 'binaryCrossEntropy' },
  lossWeights: { fast: 0.5 },
  metrics: { progress: ['rootMeanSquaredError'], fast: ['accuracy'] },
  optimizer: adam({ learningRate: 0.003 }),
  epochs: 40,
  validation: 0.2,
  seed: 3,
})
for await (const record of run) {
  if (record.epoch % 10 !== 0) continue
  const unseen = record.validation
  const rmse = (UNIT * unseen['progress/rootMeanSquaredError']).toFixed(1)
  console.log(`epoch ${record.epoch}: validation RMSE ${rmse}, accuracy ${unseen['fast/accuracy'].toFixed(3)}`)
}

const { model } = await run
const result = await model.evaluate(test, { metrics: { progress: ['rootMeanSquaredError'], fast: ['accuracy'] } })
console.log(`patients not seen in training: RMSE ${(UNIT * result['progress/rootMeanSquaredError']).toFixed(1)},`)
console.log(`told apart ${(100 * result['fast/accuracy']).toFixed(0)} % of the time`)

const [patient, blood] = [rows.slice(0, 3).map((row) => row.slice(0, 4)), rows.slice(0, 3).map((row) => row.slice(4))]
const predicted = await model.predict({ patient, blood })
const { fast } = await model.predictClasses({ patient, blood })
fast.forEach((answer, row) => {
  console.log(`patient ${row + 1}: ${(UNIT * predicted.progress.data[row]).toFixed(0)}, fast: ${answer}`)
})
model.close()
