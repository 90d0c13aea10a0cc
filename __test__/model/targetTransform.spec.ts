import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  adam,
  dataset,
  dense,
  describe,
  fit,
  input,
  loadModel,
  reshape,
  sequential,
  type TargetTransform,
} from '../../src/index.ts'
import { classifier, clouds, line, rejectsCode } from '../helpers.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-targets-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const rows = 80
const inputs = Array.from({ length: rows }, (_, row) => [Math.sin(row), Math.cos(row * 3)])
/** Prices of two things: large, skewed, of different scales. */
const prices = inputs.map(([a = 0, b = 0]) => [Math.exp(3 + a - b), 1000 + 200 * a * b])
const network = sequential([input({ shape: [2] }), dense(16, { activation: 'tanh' }), dense(2)])
const options = {
  loss: 'meanSquaredError',
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 30,
  metrics: ['meanSquaredError', 'meanAbsoluteError'],
} as const
const data = dataset({ inputs, targets: prices })

const column = (index: number): number[] => prices.map((row) => row[index] ?? 0)
const mean = [0, 1].map((index) => column(index).reduce((a, b) => a + b) / rows)
const deviation = [0, 1].map((index) =>
  Math.sqrt(column(index).reduce((sum, x) => sum + (x - (mean[index] ?? 0)) ** 2, 0) / rows),
)

const forward: Record<TargetTransform, (x: number, index: number) => number> = {
  standardize: (x, index) => (x - (mean[index] ?? 0)) / (deviation[index] ?? 1),
  log1p: (x) => Math.log1p(x),
}
const back: Record<TargetTransform, (y: number, index: number) => number> = {
  standardize: (y, index) => y * (deviation[index] ?? 1) + (mean[index] ?? 0),
  log1p: (y) => Math.expm1(y),
}
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b))

for (const targetTransform of ['standardize', 'log1p'] as const) {
  test(`${targetTransform} is what one would do by hand`, async (t) => {
    const { model, history } = await fit(network, data, { ...options, targetTransform, validation: data })
    const targets = prices.map((row) => row.map(forward[targetTransform]))
    const byHand = await fit(network, dataset({ inputs, targets }), options)
    for (const [index, { loss }] of history.entries()) t.true(near(loss, byHand.history[index]?.loss ?? 0))
    const { data: predicted, shape } = await model.predict(inputs)
    t.deepEqual(shape, [rows, 2])
    const wanted = [...(await byHand.model.predict(inputs)).data].map((y, at) => back[targetTransform](y, at % 2))
    t.true(predicted.every((x, at) => near(x, wanted[at] ?? 0)))
    t.deepEqual(model.predictSync(inputs).data, predicted)

    // metrics in units of the targets, the loss not
    const errors = prices.flat().map((x, at) => Math.abs(x - (predicted[at] ?? 0)))
    const { loss, meanAbsoluteError } = await model.evaluate(data, { metrics: ['meanAbsoluteError'] })
    t.true(near(meanAbsoluteError, errors.reduce((a, b) => a + b) / errors.length))
    const last = history.at(-1)
    t.true(near(last?.validation?.meanAbsoluteError ?? 0, meanAbsoluteError))
    t.true(near(last?.validation?.loss ?? 0, loss))
    t.true((last?.meanSquaredError ?? 0) > 10 * (last?.loss ?? 0))
  })

  test(`${targetTransform} is saved, resumed and trained further`, async (t) => {
    const path = join(folder, targetTransform)
    const whole = await fit(network, data, { ...options, targetTransform })
    await fit(network, data, { ...options, epochs: 12, targetTransform, checkpoint: { path: `${path}-run` } })
    const resumed = await fit(network, data, { ...options, targetTransform, resume: `${path}-run` })
    t.deepEqual(resumed.model.weights(), whole.model.weights())
    await whole.model.save(path)
    const loaded = await loadModel(path)
    t.deepEqual(loaded.predictSync(inputs), whole.model.predictSync(inputs))
    t.deepEqual(await loaded.evaluate(data as never), await whole.model.evaluate(data))
    t.is(loaded.network.config.targetTransform, targetTransform)
    // with the option or without, and with what was learned at first
    const part = data.take(20)
    for (const more of [{}, { targetTransform }]) {
      const { model } = await fit(whole.model, part, { ...options, ...more, epochs: 1 })
      t.is(model.network.config.targetTransform, targetTransform)
      t.deepEqual(model.weights()['target/mean'], whole.model.weights()['target/mean'])
    }
    const other = targetTransform === 'log1p' ? 'standardize' : 'log1p'
    await rejectsCode(
      t,
      'ERR_OPTION',
      () => fit(whole.model, part, { ...options, targetTransform: other }),
      /targetTransform must be that of the model/,
    )
  })

  test(`${targetTransform} of a model that had none begins with its weights`, async (t) => {
    const { model } = await fit(network, data, { ...options, epochs: 1 })
    const before = model.weights()
    const optimizer = adam({ learningRate: 0 })
    const { model: further } = await fit(model, data, { ...options, optimizer, epochs: 1, targetTransform })
    t.deepEqual(further.weights()['dense_1/kernel'], before['dense_1/kernel'])
    t.deepEqual(model.weights(), before)
    const { data: raw } = await model.predict(inputs)
    const { data: predicted } = await further.predict(inputs)
    t.true(predicted.every((x, at) => near(x, back[targetTransform](raw[at] ?? 0, at % 2))))
  })
}

test('rows of any shape, and what describe says', async (t) => {
  const targets = { data: Float32Array.from(prices.flat()), shape: [rows / 2, 2, 2] }
  const pairs = dataset({ inputs: inputs.slice(0, rows / 2), targets })
  const shaped = sequential([input({ shape: [2] }), dense(4), reshape([2, 2])])
  const { model } = await fit(shaped, pairs, { ...options, targetTransform: 'standardize', epochs: 2 })
  t.deepEqual((await model.predict([[1, 2]])).shape, [1, 2, 2])
  t.deepEqual(model.weights()['target/mean']?.shape, [2, 2])
  const { layers } = describe(network, { ...options, targetTransform: 'log1p' })
  t.deepEqual(layers.at(-1), {
    name: 'target',
    kind: 'targetTransform',
    inputs: ['dense_2'],
    shape: ['rows', 2],
    parameters: 0,
  })
})

test('mean and deviation are those of the rows that are trained on', async (t) => {
  const [train, validation] = data.split([0.5, 0.5], { seed: 3 })
  if (!train || !validation) throw new Error('no parts')
  const one = await fit(network, data, { ...options, targetTransform: 'standardize', validation: 0.5, seed: 3 })
  const two = await fit(network, train, { ...options, targetTransform: 'standardize', validation, seed: 3 })
  t.deepEqual(one.model.weights(), two.model.weights())
})

test('where it does not fit, it is refused', async (t) => {
  const refused = (work: () => PromiseLike<unknown>, message: RegExp) => rejectsCode(t, 'ERR_OPTION', work, message)
  await refused(
    () => fit(classifier(), clouds(), { loss: 'crossEntropy', targetTransform: 'log1p' }),
    /targetTransform needs targets \(numbers\)/,
  )
  const shares = dataset({ inputs, targets: prices.map(() => [0, 1]) })
  await refused(
    () => fit(network, shares, { loss: 'crossEntropy', targetTransform: 'log1p' }),
    /needs a loss that compares numbers with targets, not crossEntropy/,
  )
  await refused(
    () => fit(network, data, { ...options, targetTransform: 'log' as never }),
    /standardize, log1p, received/,
  )
  const one = sequential([input({ shape: [2] }), dense(1)])
  const bad = dataset({
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
    ],
    targets: [3, 0, -1],
  })
  const log = { loss: 'meanSquaredError', targetTransform: 'log1p', epochs: 1 } as const
  const message = /log1p takes targets above -1, received -1 in row 2, column 0/
  await rejectsCode(t, 'ERR_DATA', () => fit(one, bad, log), message)
  const good = bad.take(2)
  await rejectsCode(t, 'ERR_DATA', () => fit(one, good, { ...log, validation: bad }), message)
  const { model } = await fit(one, good, log)
  await rejectsCode(t, 'ERR_DATA', () => model.evaluate(bad), message)
  t.true(Number.isFinite((await model.evaluate(line().take(1) as never)).loss))
})
