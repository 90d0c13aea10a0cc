import { createHash } from 'node:crypto'
import test from 'ava'
import { adam, dense, findBatchSize, findLearningRate, fit, input, rescale, sequential, sgd } from '../../src/index.ts'
import { smallestFast } from '../../src/search/findBatchSize.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'
import { digits } from './tables.ts'

const mlp = () => sequential([input({ shape: [64] }), rescale(1 / 16), dense(100, { activation: 'relu' }), dense(10)])

test('the rates are a geometric ramp, the losses those of training', async (t) => {
  const network = regressor()
  const { rates, losses } = await findLearningRate(network, line(), {
    loss: 'meanSquaredError',
    optimizer: 'sgd',
    from: 1e-4,
    to: 1e-2,
    steps: 11,
    batchSize: 16,
    smoothing: 0,
  })
  t.is(rates.length, 11)
  t.is(rates[0], 1e-4)
  t.true(Math.abs((rates[10] ?? 0) - 1e-2) < 1e-12)
  // four steps are an epoch; its record has the mean of their losses
  const ramp = sgd({ learningRate: (step) => rates[step] ?? 0 })
  const { history } = await fit(network, line(), {
    loss: 'meanSquaredError',
    optimizer: ramp,
    epochs: 2,
    batchSize: 16,
  })
  for (const [epoch, { loss }] of history.entries()) {
    const mean = losses.slice(4 * epoch, 4 * epoch + 4).reduce((a, b) => a + b, 0) / 4
    t.true(Math.abs(mean - loss) < 1e-9, `${mean} ${loss}`)
  }
})

test('the rates are those of plain arithmetic, so the same on every machine', async (t) => {
  const found = await findLearningRate(regressor(), line(), {
    loss: 'meanSquaredError',
    optimizer: 'sgd',
    from: 1e-7,
    to: 3e-3,
    steps: 24,
  })
  t.is(found.rates.length, 24)
  const [first, second] = found.rates as [number, number]
  t.is(first, 1e-7)
  // the factor is the root to the last bit but a few
  t.true(Math.abs(second / 1e-7 - 3e4 ** (1 / 23)) < 1e-14)
  t.true(Math.abs((found.rates.at(-1) ?? 0) / 3e-3 - 1) < 1e-13)
  const sum = createHash('sha256').update(new Uint8Array(Float64Array.from(found.rates).buffer))
  t.is(sum.digest('hex').slice(0, 16), '7049ef8847b1923d')
})

test('it ends when the loss blows up, and suggests a rate that learns', async (t) => {
  for (const [optimizer, make] of [
    ['sgd', sgd],
    ['adam', adam],
  ] as const) {
    const data = digits()
    const { rates, losses, smoothed, suggestion, lowest } = await findLearningRate(mlp(), data, {
      loss: 'crossEntropy',
      optimizer,
      batchSize: 32,
    })
    t.true(rates.length < 100 && rates.length === losses.length && rates.length === smoothed.length)
    if (suggestion === undefined || lowest === undefined) return t.fail()
    t.true(suggestion < lowest)
    t.log(optimizer, suggestion, lowest)
    const final = async (learningRate: number): Promise<number> => {
      const options = { loss: 'crossEntropy', optimizer: make({ learningRate }), epochs: 3, batchSize: 32 } as const
      return (await fit(mlp(), data, options)).history.at(-1)?.loss ?? Number.NaN
    }
    const found = await final(suggestion)
    t.true(found < (await final(suggestion / 100)))
    const far = await final(suggestion * 100)
    t.true(Number.isNaN(far) || found < far)
  }
})

test('it repeats, and leaves a model alone', async (t) => {
  const { model } = await fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 1 })
  const before = model.weights()
  const find = () => findLearningRate(model, clouds(), { loss: 'crossEntropy', seed: 3, steps: 30 })
  t.deepEqual(await find(), await find())
  t.deepEqual(model.weights(), before)
})

test('a loss that never falls has no suggestion', async (t) => {
  const { suggestion, rates } = await findLearningRate(regressor(), line(), {
    loss: 'meanSquaredError',
    optimizer: 'sgd',
    from: 1e10,
    to: 1e12,
  })
  t.is(suggestion, undefined)
  t.true(rates.length < 100)
})

test('abort and errors', async (t) => {
  const reason = new Error('enough')
  const options = { loss: 'meanSquaredError', signal: AbortSignal.abort(reason) } as const
  t.is(await t.throwsAsync(findLearningRate(regressor(), line(), options)), reason)
  t.is(await t.throwsAsync(findBatchSize(regressor(), line(), options)), reason)
  const controller = new AbortController()
  const long = findBatchSize(mlp(), digits(), { loss: 'crossEntropy', milliseconds: 60_000, signal: controller.signal })
  setTimeout(() => controller.abort(reason), 100)
  t.is(await t.throwsAsync(long), reason)
  const rate = (more: object) => () => findLearningRate(regressor(), line(), { loss: 'meanSquaredError', ...more })
  await rejectsCode(t, 'ERR_OPTION', rate({ from: 1, to: 0.5 }), /to must be above from \(1\), received 0.5/)
  await rejectsCode(t, 'ERR_OPTION', rate({ from: 1e-300, to: 1e300 }), /to must be less than 1e308 times from/)
  await rejectsCode(t, 'ERR_OPTION', rate({ steps: 5 }), /steps must be an integer ≥ 10/)
  await rejectsCode(t, 'ERR_OPTION', rate({ epochs: 5 }), /"epochs"/)
  await rejectsCode(t, 'ERR_OPTION', rate({ loss: 'mse' }), /findLearningRate: loss must be/)
  const size = (more: object) => () => findBatchSize(regressor(), line(), { loss: 'meanSquaredError', ...more })
  await rejectsCode(t, 'ERR_OPTION', size({ candidates: [] }), /candidates/)
  await rejectsCode(t, 'ERR_OPTION', size({ candidates: [1.5] }), /candidates\[0\] must be an integer ≥ 1/)
  await rejectsCode(t, 'ERR_OPTION', size({ batchSize: 3 }), /"batchSize"/)
})

test('batch sizes are measured', async (t) => {
  const { candidates, suggestion } = await findBatchSize(mlp(), digits(), {
    loss: 'crossEntropy',
    optimizer: 'adam',
    candidates: [1, 16, 512, 100_000],
    milliseconds: 60,
  })
  t.deepEqual(
    candidates.map(({ batchSize }) => batchSize),
    [1, 16, 512, 1797],
  )
  const speeds = candidates.map(({ samplesPerSecond }) => samplesPerSecond)
  t.true(speeds.every((speed) => speed > 0))
  t.true((candidates[2]?.bytes ?? 0) > (candidates[0]?.bytes ?? 0))
  t.is(suggestion, smallestFast(candidates))
  const few = await findBatchSize(regressor(), line(5), { loss: 'meanSquaredError', milliseconds: 5 })
  t.deepEqual(
    few.candidates.map(({ batchSize }) => batchSize),
    [5],
  )
})

test('the smallest batch size that is fast enough is suggested', (t) => {
  const of = (speeds: Readonly<Record<number, number>>): number =>
    smallestFast(Object.entries(speeds).map(([size, speed]) => ({ batchSize: Number(size), samplesPerSecond: speed })))
  t.is(of({ 8: 100, 16: 899, 32: 900, 64: 1000 }), 32)
  t.is(of({ 8: 1000, 16: 899, 32: 900 }), 8)
  t.is(of({ 8: 5 }), 8)
  t.is(
    smallestFast([
      { batchSize: 64, samplesPerSecond: 10 },
      { batchSize: 4, samplesPerSecond: 9.5 },
    ]),
    4,
  )
})
