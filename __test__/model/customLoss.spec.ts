import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { dataset, dense, fit, functional, input, loadModel, sequential, sgd } from '../../src/index.ts'
import * as ops from '../../src/ops/index.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

const squared: ops.LossFunction = ({ prediction, target }) =>
  ops.mean(ops.square(ops.subtract(prediction, target)), { axis: -1 })

test('a squared error of your own trains as the built-in one', async (t) => {
  const options = { optimizer: sgd({ learningRate: 0.1 }), epochs: 5 } as const
  const own = await fit(regressor(), line(), { ...options, loss: squared, metrics: ['meanSquaredError'] })
  const builtIn = await fit(regressor(), line(), { ...options, loss: 'meanSquaredError' })
  for (const [at, record] of own.history.entries()) {
    t.true(Math.abs(record.loss - (builtIn.history[at]?.loss ?? 0)) < 1e-6)
  }
  const weights = builtIn.model.weights()
  for (const [name, { data }] of Object.entries(own.model.weights())) {
    t.true(
      data.every((value, at) => Math.abs(value - (weights[name]?.data[at] ?? Number.NaN)) < 1e-5),
      name,
    )
  }
  t.is(own.model.loss, 'custom')
  const { loss, meanSquaredError } = await own.model.evaluate(line(), { metrics: ['meanSquaredError'] })
  t.true(Math.abs(loss - meanSquaredError) < 1e-6)
})

test('labels reach a loss function as ids, and classes are predicted', async (t) => {
  const focal: ops.LossFunction = ({ prediction, target }) => {
    const loss = ops.crossEntropy(prediction, target)
    return ops.multiply(loss, ops.square(ops.subtract(1, ops.exp(ops.negate(loss)))))
  }
  const { model } = await fit(classifier(), clouds(), { loss: focal, epochs: 100, metrics: ['accuracy'] })
  const { accuracy } = await model.evaluate(clouds(), { metrics: ['accuracy'] })
  t.true(accuracy > 0.9, `${accuracy}`)
  const classes = await model.predictClasses([[0, 1]])
  t.true(model.classes?.includes(classes[0] as string))
  await rejectsCode(t, 'ERR_OPTION', () => model.predict([[0, 1]], { probabilities: true }), /a loss function/)
})

test('a saved model does not hold the function', async (t) => {
  const { model } = await fit(regressor(), line(), { loss: squared, epochs: 2 })
  const directory = mkdtempSync(join(tmpdir(), 'downslope-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'model.safetensors')
  await model.save(path)
  const again = await loadModel<never>(path)
  t.is(again.loss, 'custom')
  await rejectsCode(t, 'ERR_OPTION', () => again.evaluate(line()), /functions are not saved/)
  t.deepEqual(await again.evaluate(line(), { loss: squared }), await model.evaluate(line()))
  t.deepEqual(await again.predict([[1, 2]]), await model.predict([[1, 2]]))
})

test('of several outputs some may have a function', async (t) => {
  const network = functional({ x: input({ shape: [2] }) }, ({ x }) => ({ up: dense(1)(x), down: dense(1)(x) }))
  const x = [
    [1, 2],
    [3, 4],
  ]
  const data = dataset({ inputs: { x }, targets: { up: [1, 2], down: [2, 1] } })
  const { model, history } = await fit(network, data, { loss: { up: squared, down: 'meanSquaredError' }, epochs: 2 })
  t.deepEqual(model.loss, { up: 'custom', down: 'meanSquaredError' })
  const last = history.at(-1)
  t.true(Math.abs((last?.loss ?? 1) - ((last?.['up/loss'] ?? 0) + (last?.['down/loss'] ?? 0))) < 1e-9)
})

test('what a loss function must give', async (t) => {
  const run = (loss: unknown) => () =>
    fit(sequential([input({ shape: [2] }), dense(1)]), line(), { loss: loss as never })
  await rejectsCode(
    t,
    'ERR_OPTION',
    run(() => 3),
    /must give an expression/,
  )
  await rejectsCode(
    t,
    'ERR_OPTION',
    run(() => {
      throw new RangeError('mine')
    }),
  )
  await rejectsCode(
    t,
    'ERR_SHAPE',
    run(({ prediction }: { prediction: ops.Expression }) => ops.sum(prediction)),
    /one number per row/,
  )
  await rejectsCode(t, 'ERR_OPTION', run(new Map()), /loss must be one of/)
})
