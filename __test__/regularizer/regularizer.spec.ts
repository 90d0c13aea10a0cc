import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import {
  adam,
  dataset,
  dense,
  describe,
  fit,
  initialize,
  input,
  l1,
  l1l2,
  l2,
  maxNorm,
  penalty,
  type Regularizer,
  sequential,
  sgd,
  tensor,
} from '../../src/index.ts'
import { clouds, line, throwsCode } from '../helpers.ts'

test('penalty computes what a regulariser adds, for anything that is a tensor', (t) => {
  t.is(
    penalty(l2(0.5), [
      [1, 2],
      [3, 4],
    ]),
    7.5,
  )
  t.is(penalty(l1(2), Float32Array.of(-1, 0.5, 0)), 3)
  t.is(penalty(l1l2({ l1: 1, l2: 2 }), tensor([-1, 2])), 8)
  t.is(penalty(l1(0.25, { proximal: true }), -4), 1)
  t.is(penalty(l2(1), Float64Array.of(0.1)), (0.1 * 0.1) / 2)
  t.is(penalty(l2(1), []), 0)
})

test('penalty is what an epoch reports', async (t) => {
  const both = l1l2({ l1: 0.01, l2: 0.1 })
  const network = sequential([input({ shape: [2] }), dense(5, { kernelRegularizer: both }), dense(3)])
  const { model, history } = await fit(network, clouds(), { loss: 'crossEntropy', epochs: 2 })
  using trained = model
  const kernel = trained.weights()['dense_1/kernel']
  const expected = kernel === undefined ? Number.NaN : penalty(both, kernel)
  t.true(Math.abs((history.at(-1)?.penalty ?? Number.NaN) - expected) < 1e-12)
})

test('misuse of penalty and maxNorm is a coded error', (t) => {
  for (const value of [undefined, null, { kind: 'l1', config: { l1: 1 } }]) {
    throwsCode(
      t,
      'ERR_OPTION',
      () => penalty(value as unknown as Regularizer, [1]),
      /^penalty: regularizer must be made by/,
    )
  }
  throwsCode(t, 'ERR_DATA', () => penalty(l2(1), [1, Number.NaN]), /^penalty: weights must be finite .* at element 1$/)
  throwsCode(t, 'ERR_SHAPE', () => penalty(l2(1), [[1], [1, 2]] as never), /^penalty: weights: /)
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-60, 1e60, '1']) {
    throwsCode(t, 'ERR_OPTION', () => maxNorm(value as number), /^maxNorm: limit must be > 0, received/)
  }
  throwsCode(t, 'ERR_OPTION', () => dense(2, { kernelConstraint: { kind: 'maxNorm' } as never }), /made by maxNorm/)
})

testProp(
  'no column of a kernel is longer than its limit after training, whatever the optimizer does',
  [fc.double({ min: 0.01, max: 2, noNaN: true }), fc.boolean(), fc.integer({ min: 1, max: 40 })],
  async (t, limit, adaptive, width) => {
    const network = sequential([input({ shape: [2] }), dense(width, { kernelConstraint: maxNorm(limit) }), dense(3)])
    const optimizer = adaptive ? adam({ learningRate: 0.3 }) : sgd({ learningRate: 0.5 })
    const { model } = await fit(network, clouds(30), { loss: 'crossEntropy', optimizer, epochs: 3, batchSize: 10 })
    using trained = model
    const { data = [] } = trained.weights()['dense_1/kernel'] ?? {}
    t.is(data.length, 2 * width)
    for (let column = 0; column < width; column++) {
      const norm = Math.hypot(data[column] ?? Number.NaN, data[width + column] ?? Number.NaN)
      t.true(norm <= limit * (1 + 1e-6), `column ${column} has norm ${norm}, the limit is ${limit}`)
    }
  },
  { numRuns: 30 },
)

test('a max norm is part of a saved graph and of the program', (t) => {
  const network = sequential([input({ shape: [2] }), dense(3, { kernelConstraint: maxNorm(2) })])
  const { program } = describe(network, { loss: 'crossEntropy' })
  t.is(program.at(-1)?.op, 'max norm')
})

/** Rows of twenty features, of which the target depends on the first two. */
function mostlyNoise() {
  const inputs = Array.from({ length: 200 }, (_, row) =>
    Array.from({ length: 20 }, (_, column) => Math.sin((row + 1) * (column + 1) * 1.7)),
  )
  return { inputs, targets: inputs.map(([a = 0, b = 0]) => 2 * a - 3 * b) }
}

test('l1 by a proximal step makes weights that do not matter exactly zero, a subgradient does not', async (t) => {
  const kernel = async (regularizer: Regularizer): Promise<number[]> => {
    using data = dataset(mostlyNoise())
    const network = sequential([input({ shape: [20] }), dense(1, { kernelRegularizer: regularizer })])
    const optimizer = sgd({ learningRate: 0.05 })
    const { model } = await fit(network, data, { loss: 'meanSquaredError', optimizer, epochs: 100, batchSize: 'all' })
    using trained = model
    return [...(trained.weights()['dense_1/kernel']?.data ?? [])]
  }
  const proximal = await kernel(l1(0.2, { proximal: true }))
  t.is(proximal.filter((weight) => weight === 0).length, 18)
  t.true((proximal[0] ?? 0) > 1.5 && (proximal[1] ?? 0) < -2.5, `${proximal}`)
  const subgradient = await kernel(l1(0.2))
  t.is(subgradient.filter((weight) => weight === 0).length, 0)
})

test('regularisers shrink what they regularise', async (t) => {
  const size = async (regularizer: Regularizer | undefined): Promise<number> => {
    using data = line()
    const network = sequential([
      input({ shape: [2] }),
      dense(1, regularizer === undefined ? {} : { kernelRegularizer: regularizer }),
    ])
    using start = await initialize(network, { seed: 1 })
    const { model } = await fit(start, data, {
      loss: 'meanSquaredError',
      optimizer: sgd({ learningRate: 0.1 }),
      epochs: 50,
    })
    using trained = model
    const kernel = trained.weights()['dense_1/kernel']
    return kernel === undefined ? Number.NaN : Math.sqrt(2 * penalty(l2(1), kernel))
  }
  const free = await size(undefined)
  t.true(Math.abs(free - Math.sqrt(5)) < 0.01, `${free}`)
  for (const regularizer of [l1(0.5), l1(0.5, { proximal: true }), l2(0.5), l1l2({ l1: 0.2, l2: 0.2 })]) {
    const held = await size(regularizer)
    t.true(held < 0.9 * free, `${JSON.stringify(regularizer.config)}: ${held} of ${free}`)
  }
})
