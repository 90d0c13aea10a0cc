import test from 'ava'
import { dataset, dense, fit, input, sequential, sgd } from '../../src/index.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

const inputs = [[0.5], [1], [-1], [2], [-0.5], [0.25]]
const labels = ['b', 'b', 'a', 'b', 'a', 'b']
const network = sequential([input({ shape: [1] }), dense(3)])

/** Training that sees all rows in each step, in their order. */
function run(classWeights: 'balanced' | readonly number[] | undefined, rows: readonly number[], more: object = {}) {
  const pick = <T>(list: readonly T[]): T[] => rows.map((row) => list[row] as T)
  const data = dataset({ inputs: pick(inputs), labels: pick(labels), classes: ['a', 'b', 'c'] })
  return fit(network, data, {
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate: 0.1 }),
    epochs: 5,
    batchSize: 'all',
    shuffle: false,
    metrics: ['accuracy'],
    ...(classWeights ? { classWeights } : {}),
    ...more,
  })
}

const all = [0, 1, 2, 3, 4, 5]

test('a class of weight 2 counts as if its rows were there twice', async (t) => {
  const weighted = await run([2, 1, 1], all)
  // the order matters for the bits, not for the numbers
  const twice = await run(undefined, [0, 1, 2, 2, 3, 4, 4, 5])
  for (const [index, record] of weighted.history.entries()) {
    t.true(Math.abs(record.loss - (twice.history[index]?.loss ?? 0)) < 1e-6)
  }
  const none = await run([1, 1, 7], all)
  t.deepEqual(none.model.weights(), (await run(undefined, all)).model.weights())
})

test('balanced is n / (k · count) over the classes that occur', async (t) => {
  // scikit-learn: compute_class_weight('balanced', classes=[a, b], y) = [1.5, 0.75]
  const balanced = await run('balanced', all)
  t.deepEqual(balanced.model.weights(), (await run([1.5, 0.75, 5], all)).model.weights())
  t.notDeepEqual(balanced.model.weights(), (await run(undefined, all)).model.weights())
})

test('counts are those of the rows that are trained on', async (t) => {
  const data = clouds(60).subset(Array.from({ length: 30 }, (_, row) => (row < 20 ? row * 3 : row * 2 - 39)))
  const [train, validation] = data.split([0.7, 0.3])
  if (!train || !validation) throw new Error('no parts')
  const options = { loss: 'crossEntropy', epochs: 3, seed: 0, classWeights: 'balanced' } as const
  const part = await fit(classifier(), data, { ...options, validation: 0.3 })
  const apart = await fit(classifier(), train, { ...options, validation })
  t.deepEqual(part.model.weights(), apart.model.weights())
  t.deepEqual(
    part.history.map((record) => record.validation),
    apart.history.map((record) => record.validation),
  )
})

test('metrics and validation leave them out', async (t) => {
  const validation = dataset({ inputs, labels, classes: ['a', 'b', 'c'] })
  const { history, model } = await run([9, 1, 1], all, { optimizer: sgd({ learningRate: 0 }), validation })
  const { loss, accuracy } = await model.evaluate(validation as never, { metrics: ['accuracy'] })
  t.is(history[0]?.accuracy, accuracy)
  t.is(history[0]?.validation?.loss, loss)
  t.not(history[0]?.loss, loss)
})

test('they fit the data or are refused', async (t) => {
  const cases: [unknown, RegExp][] = [
    [[1, 2], /classWeights must hold a number for each of the 3 classes, received 2/],
    [[1, -1, 0], /classWeights\[1\] must be ≥ 0, received -1/],
    [[1, Number.NaN, 0], /classWeights\[1\]/],
    ['balance', /classWeights must be 'balanced' or an array/],
    [[0, 0, 1], /at least one row must have a weight above 0/],
    [[1, 1, 1e300], /classWeights\[2\] must be a number ≥ 0/],
  ]
  for (const [classWeights, message] of cases) {
    await rejectsCode(t, 'ERR_OPTION', () => run(classWeights as never, all), message)
  }
  const work = () => fit(regressor(), line(), { loss: 'meanSquaredError', classWeights: 'balanced' })
  await rejectsCode(t, 'ERR_OPTION', work, /classWeights need labels/)
})
