/** Microseconds of `predictSync` for one row: arguments are the sizes of the network. */
import { dense, initialize, input, sequential } from '../../dist/index.js'
import { median, quantile } from '../lib/numbers.mjs'

const sizes = process.argv.slice(2).map(Number)
const layers = sizes.slice(1).map((n, i) => dense(n, i < sizes.length - 2 ? { activation: 'relu' } : {}))
const model = await initialize(sequential([input({ shape: [sizes[0]] }), ...layers]), { seed: 1 })
const row = { data: Float32Array.from({ length: sizes[0] }, (_, i) => Math.sin(i)), shape: [1, sizes[0]] }
const times = []
for (let i = 0; i < 20_000; i++) {
  const begin = process.hrtime.bigint()
  model.predictSync(row)
  times.push(Number(process.hrtime.bigint() - begin) / 1000)
}
const warm = times.slice(5000)
console.log(JSON.stringify({ median: median(warm), p99: quantile(warm, 0.99) }))
