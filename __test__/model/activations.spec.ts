import test from 'ava'
import { activation, dense, initialize, initializers, input, sequential, tensor } from '../../src/index.ts'
import * as activations from '../../src/model/activations/all.ts'
import type { ActivationName } from '../../src/model/index.ts'
import { throwsCode } from '../helpers.ts'

const x = [-30, -2.5, -1, -0.25, 0, 0.5, 1, 3, 30]
const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v))
const softplus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))
// the error function by its series, good enough on this domain
const erf = (v: number): number => {
  if (Math.abs(v) > 4) return Math.sign(v)
  let [term, sum] = [v, v]
  for (let n = 1; n < 120; n++) {
    term *= (-v * v) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}
const logSum = Math.log(x.reduce((sum, v) => sum + Math.exp(v), 0))
const definitions: Record<ActivationName, (v: number) => number> = {
  linear: (v) => v,
  relu: (v) => Math.max(v, 0),
  leakyRelu: (v) => (v < 0 ? 0.01 * v : v),
  elu: (v) => (v < 0 ? Math.expm1(v) : v),
  selu: (v) => 1.0507009873554805 * (v < 0 ? 1.6732632423543772 * Math.expm1(v) : v),
  gelu: (v) => (v * (1 + erf(v / Math.SQRT2))) / 2,
  silu: (v) => v * sigmoid(v),
  mish: (v) => v * Math.tanh(softplus(v)),
  sigmoid,
  tanh: Math.tanh,
  softplus,
  softsign: (v) => v / (1 + Math.abs(v)),
  hardSigmoid: (v) => Math.min(Math.max(v + 3, 0), 6) / 6,
  softmax: (v) => Math.exp(v - logSum),
  logSoftmax: (v) => v - logSum,
}

for (const name of Object.keys(activations) as ActivationName[]) {
  test(`${name} by name and as a layer`, async (t) => {
    const start = { kernelInitializer: initializers.ones(), useBias: false } as const
    const byName = sequential([input({ shape: [1] }), dense(x.length, { ...start, activation: name })])
    const asLayer = sequential([input({ shape: [x.length] }), activation(name)])
    // a kernel with the numbers themselves: input 1 gives them back
    using first = await initialize(byName)
    first.setWeights({ 'dense_1/kernel': tensor(x, [1, x.length]) })
    using second = await initialize(asLayer)
    const [a, b] = [(await first.predict([[1]])).data, (await second.predict([x])).data]
    t.deepEqual(a, b)
    for (const [at, value] of x.entries()) {
      const want = definitions[name](value)
      t.true(
        Math.abs((a[at] ?? Number.NaN) - want) <= 1e-6 * (1 + Math.abs(want)),
        `${name}(${value}) = ${a[at]}, ${want}`,
      )
    }
  })
}

test('leakyRelu and elu take a number', async (t) => {
  const network = sequential([
    input({ shape: [2] }),
    activation('leakyRelu', { negativeSlope: 0.25 }),
    activation('elu', { alpha: 2, name: 'last' }),
  ])
  using model = await initialize(network)
  const { data } = await model.predict([[-4, 3]])
  t.true(Math.abs((data[0] ?? 0) - 2 * Math.expm1(-1)) < 1e-6)
  t.is(data[1], 3)
  t.deepEqual(activation('leakyRelu').config, { kind: 'activation', activation: 'leakyRelu', negativeSlope: 0.01 })
  throwsCode(t, 'ERR_OPTION', () => activation('leakyRelu', { negativeSlope: -1 }), /negativeSlope must be ≥ 0/)
  throwsCode(t, 'ERR_OPTION', () => activation('elu', { alpha: Number.NaN }), /alpha must be/)
  throwsCode(t, 'ERR_OPTION', () => activation('relu', { alpha: 1 }), /options must be one of name/)
})
