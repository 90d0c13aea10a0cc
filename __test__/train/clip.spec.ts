import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { adam, describe, type FitOptions, fit, initialize, type Optimizer, sgd } from '../../src/index.ts'
import { classifier, clouds, line, regressor, rejectsCode, throwsCode } from '../helpers.ts'

const norm = (values: readonly number[]): number => Math.hypot(...values)

/** Difference of all weights after one step over all rows. */
async function stepOf(
  options: Partial<FitOptions>,
  optimizer: Optimizer = sgd({ learningRate: 1 }),
): Promise<number[]> {
  using data = line()
  using start = await initialize(regressor(), { seed: 3 })
  const fixed = { loss: 'meanSquaredError', epochs: 1, batchSize: 'all' } as const
  const { model } = await fit(start, data, { ...fixed, optimizer, ...options })
  using trained = model
  const before = Object.values(start.weights()).flatMap(({ data: values }) => [...values])
  const after = Object.values(trained.weights()).flatMap(({ data: values }) => [...values])
  return after.map((weight, index) => weight - (before[index] ?? Number.NaN))
}

testProp(
  'a step of gradient descent is as long as clipNorm allows, in the direction of the gradient',
  [fc.double({ min: 1e-3, max: 10, noNaN: true })],
  async (t, clipNorm) => {
    const [free, clipped] = [await stepOf({}), await stepOf({ clipNorm })]
    const expected = Math.min(norm(free), clipNorm)
    t.true(Math.abs(norm(clipped) - expected) < 1e-5 * Math.max(1, expected), `${norm(clipped)} for ${clipNorm}`)
    const ratio = expected / norm(free)
    clipped.forEach((by, index) => {
      t.true(Math.abs(by - (free[index] ?? 0) * ratio) < 1e-5 * Math.max(1, expected))
    })
  },
  { numRuns: 20 },
)

test('clipValue keeps each number of the gradient within its limit', async (t) => {
  const [free, clipped] = [await stepOf({}), await stepOf({ clipValue: 0.1 })]
  clipped.forEach((by, index) => {
    const expected = Math.max(-0.1, Math.min(0.1, free[index] ?? Number.NaN))
    t.true(Math.abs(by - expected) < 1e-6, `${by}, expected ${expected}`)
  })
  const both = await stepOf({ clipNorm: 0.15, clipValue: 0.1 })
  const scale = 0.15 / norm(free)
  both.forEach((by, index) => {
    const expected = Math.max(-0.1, Math.min(0.1, (free[index] ?? Number.NaN) * scale))
    t.true(Math.abs(by - expected) < 1e-5, `${by}, expected ${expected}: by norm first`)
  })
})

test('decay is not clipped', async (t) => {
  // the gradient is clipped away, what is left is the decay of the kernel
  const by = await stepOf({ clipNorm: 1e-9 }, sgd({ learningRate: 0.5, weightDecay: 0.1 }))
  using start = await initialize(regressor(), { seed: 3 })
  const kernel = start.weights()['dense_1/kernel']?.data ?? []
  kernel.forEach((weight, index) => {
    t.true(Math.abs((by[index] ?? Number.NaN) + 0.05 * weight) < 1e-7)
  })
})

test('a limit that nothing reaches changes no bit', async (t) => {
  const run = async (options: Partial<FitOptions>): Promise<unknown> => {
    using data = clouds()
    const { model } = await fit(classifier(), data, { loss: 'crossEntropy', optimizer: adam(), epochs: 3, ...options })
    using trained = model
    return trained.weights()
  }
  const free = await run({})
  t.deepEqual(await run({ clipNorm: 1e6 }), free)
  t.deepEqual(await run({ clipValue: 1e6 }), free)
  t.deepEqual(await run({ clipNorm: 0.01, threads: 2 }), await run({ clipNorm: 0.01, threads: 1 }))
  t.notDeepEqual(await run({ clipNorm: 0.01 }), free)
})

test('the program shows the norm', (t) => {
  const ops = (options: Partial<FitOptions>): string[] =>
    describe(classifier(), { loss: 'crossEntropy', optimizer: 'sgd', ...options }).program.map(({ op }) => op)
  t.true(ops({}).some((op) => op === 'product + update'))
  t.false(ops({}).some((op) => op === 'sums of squares'))
  t.true(ops({ clipNorm: 1 }).some((op) => op === 'sums of squares'))
  t.false(ops({ clipNorm: 1 }).some((op) => op === 'product + update'))
  t.true(ops({ clipValue: 1 }).some((op) => op === 'product + update'))
})

test('limits must be above 0', async (t) => {
  for (const name of ['clipNorm', 'clipValue']) {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-60, 1e60, '1', null]) {
      const options = { loss: 'crossEntropy', [name]: value } as never
      const message = new RegExp(`: ${name} must be > 0, received`)
      throwsCode(t, 'ERR_OPTION', () => describe(classifier(), options), message)
      await rejectsCode(t, 'ERR_OPTION', () => fit(classifier(), clouds(), options), message)
    }
  }
})
