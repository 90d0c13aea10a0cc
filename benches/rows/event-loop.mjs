/** How late a timer of 1 ms is, in ms: while nothing happens, and while 784-256-10 trains with one thread. Argument: seconds of each. */
import { dataset, dense, fit, input, sequential, sgd } from '../../dist/index.js'
import { lateness } from '../lib/late.mjs'
import { median, quantile } from '../lib/numbers.mjs'
import { generator } from '../lib/tasks.mjs'

const seconds = Number(process.argv[2] ?? 3)

async function delays(whileTrue) {
  const late = await lateness(whileTrue)
  const { length } = late
  return { timers: length, median: median(late), p99: quantile(late, 0.99), largest: Math.max(...late) }
}

const random = generator(1)
const rows = 20_000
const inputs = { data: Float32Array.from({ length: rows * 784 }, random), shape: [rows, 784] }
const data = dataset({ inputs, labels: Array.from({ length: rows }, (_, row) => row % 10) })
const network = sequential([input({ shape: [784] }), dense(256, { activation: 'relu' }), dense(10)])
const until = (end) => () => performance.now() < end
await delays(until(performance.now() + 500))
const idle = await delays(until(performance.now() + 1000 * seconds))
const options = {
  loss: 'crossEntropy',
  optimizer: sgd({ learningRate: 0.05 }),
  epochs: 10_000,
  batchSize: 32,
  threads: 1,
}
const run = fit(network, data, options)
const training = await delays(until(performance.now() + 1000 * seconds))
run.stop()
const { history } = await run
console.log(JSON.stringify({ idle, training, epochs: history.length }))
