/**
 * Not only networks: any differentiable expression goes downhill. A parabola, a line through points in three ways beside the
 * closed form, and Rosenbrock's valley.
 *
 *     node examples/expressions.mjs
 */
import { adam, adamw, cosineDecay, dataset, gradient, minimize, sgd } from 'downslope'
import * as ops from 'downslope/ops'

const show = (value) => value.toFixed(4).padStart(9)

// x², step by step: the iterator gives what each step started from
console.log('x² from 10, learning rate 0.1')
const parabola = minimize(
  ({ x }) => ops.square(x),
  { x: 10 },
  {
    optimizer: sgd({ learningRate: 0.1 }),
    steps: 1000,
    tolerance: 1e-9,
  },
)
for await (const { step, value, parameters } of parabola) {
  if (step < 4) console.log(`  step ${step}: x ${show(parameters.x)}   x² ${show(value)}`)
}
const { status, steps, value } = await parabola
console.log(`  ${status} after ${steps} steps at ${value.toExponential(1)}`)
console.log(`  the slope at 3 is ${(await gradient(({ x }) => ops.square(x), { x: 3 })).gradient.x}\n`)

// y = 3x − 1 with noise, and the closed form of least squares
const xs = Array.from({ length: 400 }, (_, row) => Math.sin(row))
const ys = xs.map((x, row) => 3 * x - 1 + 0.3 * Math.cos(11 * row))
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length
const slope = mean(xs.map((x, row) => (x - mean(xs)) * ys[row])) / mean(xs.map((x) => (x - mean(xs)) ** 2))
console.log('a line through 400 points')
console.log(`  closed form   slope ${show(slope)}   offset ${show(mean(ys) - slope * mean(xs))}`)

const data = dataset({ inputs: xs, targets: ys })
const line = ({ slope, offset }, { inputs, targets }) =>
  ops.mean(ops.square(ops.subtract(ops.add(ops.multiply(inputs, slope), offset), targets)))
for (const [name, batchSize, steps] of [
  ['full batch', 'all', 300],
  ['mini-batch', 32, 2000],
  ['stochastic', 1, 20_000],
]) {
  // the rate falls to 0, which takes the noise of small batches away
  const optimizer = sgd({ learningRate: cosineDecay({ initial: 0.1 }) })
  const { parameters, value } = await minimize(line, { slope: 0, offset: 0 }, { data, batchSize, steps, optimizer })
  const found = `slope ${show(parameters.slope)}   offset ${show(parameters.offset)}`
  console.log(`  ${name}    ${found}   mean square ${show(value)}`)
}

// a long, bent, flat valley with its end at (1, 1)
console.log('\n100(y − x²)² + (1 − x)² from (−1.2, 1)')
const valley = ({ x, y }) =>
  ops.add(ops.multiply(100, ops.square(ops.subtract(y, ops.square(x)))), ops.square(ops.subtract(1, x)))
for (const [name, optimizer] of [
  ['sgd', sgd({ learningRate: 1e-3 })],
  ['momentum', sgd({ learningRate: 1e-3, momentum: 0.9 })],
  ['adam', adam({ learningRate: 0.02 })],
  ['adamw', adamw({ learningRate: 0.02, weightDecay: 0 })],
]) {
  const { parameters, value } = await minimize(valley, { x: -1.2, y: 1 }, { optimizer, steps: 10_000 })
  console.log(`  ${name.padEnd(9)} (${show(parameters.x)}, ${show(parameters.y)})   ${value.toExponential(1)}`)
}
