/** Milliseconds of `fit` on 150 rows for 100 epochs in batches of 32, from the call to the model. */
import { dataset, dense, fit, input, sequential } from '../../dist/index.js'
import { median } from '../lib/numbers.mjs'
import { generator } from '../lib/tasks.mjs'

const random = generator(3)
const labels = Array.from({ length: 150 }, (_, row) => row % 3)
const inputs = {
  data: Float32Array.from({ length: 600 }, (_, i) => labels[i >> 2] * ((i & 3) - 1) + random()),
  shape: [150, 4],
}
const data = dataset({ inputs, labels })
const network = sequential([input({ shape: [4] }), dense(16, { activation: 'relu' }), dense(3)])
const times = []
let loss = 0
for (let i = 0; i < 15; i++) {
  const begin = performance.now()
  const run = await fit(network, data, { loss: 'crossEntropy', optimizer: 'adam', epochs: 100, batchSize: 32, seed: i })
  times.push(performance.now() - begin)
  loss = run.history.at(-1).loss
  run.model.close()
}
console.log(JSON.stringify({ first: times[0], median: median(times.slice(1)), loss }))
