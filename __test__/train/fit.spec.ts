import test from 'ava'
import {
  activation,
  adam,
  cosineDecay,
  dataset,
  dense,
  dropout,
  epochs,
  fit,
  initialize,
  input,
  l2,
  rescale,
  sequential,
  sgd,
  stepDecay,
} from '../../src/index.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

test('a classifier learns, and says what it learned', async (t) => {
  const data = clouds(120)
  const { model, history, status } = await fit(classifier(), data, {
    loss: 'crossEntropy',
    optimizer: adam({ learningRate: 0.05 }),
    epochs: 30,
    batchSize: 16,
    validation: 0.25,
    metrics: ['accuracy'],
  })
  t.is(status, 'completed')
  t.deepEqual(
    history.map((record) => record.epoch),
    Array.from({ length: 30 }, (_, index) => index + 1),
  )
  const last = history.at(-1)
  t.true((last?.accuracy ?? 0) > 0.95, `accuracy ${last?.accuracy}`)
  t.true((last?.validation?.accuracy ?? 0) > 0.9)
  t.true((last?.loss ?? 9) < (history[0]?.loss ?? 0))
  t.true((await model.evaluate(data, { metrics: ['accuracy'] })).accuracy > 0.95)
  t.deepEqual(
    await model.predictClasses([
      [0, 0],
      [3, -2],
      [6, -4],
    ]),
    ['red', 'green', 'blue'],
  )
})

test('a line is found, in full batches as well', async (t) => {
  for (const batchSize of [8, 'all'] as const) {
    const optimizer = sgd({ learningRate: 0.2, momentum: 0.5 })
    const { model, history } = await fit(regressor(), line(), {
      loss: 'meanSquaredError',
      optimizer,
      epochs: 200,
      batchSize,
    })
    t.true((history.at(-1)?.loss ?? 1) < 1e-6, `${history.at(-1)?.loss}`)
    const { 'dense_1/kernel': kernel, 'dense_1/bias': bias } = model.weights()
    t.deepEqual([...(kernel?.data ?? []), ...(bias?.data ?? [])].map(Math.round), [2, -1, 1])
  }
})

test('labels 0 and 1 train one output, with logits or a final sigmoid', async (t) => {
  const inputs = Array.from({ length: 40 }, (_, row) => [row / 20 - 1])
  const data = dataset({ inputs, labels: inputs.map(([x = 0]) => (x > 0 ? 'yes' : 'no')) })
  for (const last of [dense(1), dense(1, { activation: 'sigmoid' })]) {
    const network = sequential([input({ shape: [1] }), last])
    const options = { loss: 'binaryCrossEntropy', optimizer: adam({ learningRate: 0.1 }), epochs: 60 } as const
    const { model } = await fit(network, data, { ...options, metrics: ['accuracy'] })
    t.deepEqual(await model.predictClasses([[-1], [1]]), ['no', 'yes'])
    const { data: probabilities } = await model.predict([[-1], [1]], { probabilities: true })
    t.true((probabilities[0] ?? 1) < 0.1 && (probabilities[1] ?? 0) > 0.9, `${probabilities}`)
  }
})

test('a final softmax gives the same training as logits, and predicts probabilities', async (t) => {
  const options = { loss: 'crossEntropy', epochs: 3, metrics: ['accuracy'] } as const
  const plain = await fit(sequential([input({ shape: [2] }), dense(3)]), clouds(), options)
  const soft = await fit(sequential([input({ shape: [2] }), dense(3, { activation: 'softmax' })]), clouds(), options)
  const loss = (result: typeof plain): number[] => result.history.map((record) => record.loss)
  t.deepEqual(loss(soft), loss(plain))
  const { data } = await soft.model.predict([[1, 2]])
  t.true(Math.abs(data.reduce((a, b) => a + b) - 1) < 1e-5)
  t.deepEqual(data, (await plain.model.predict([[1, 2]], { probabilities: true })).data)
})

test('the same seed gives the same bits, another seed others', async (t) => {
  const network = sequential([input({ shape: [2] }), dense(8, { activation: 'relu' }), dropout(0.2), dense(3)])
  const options = { loss: 'crossEntropy', epochs: 3, batchSize: 7, validation: 0.2 } as const
  const weights = async (seed: number, threads: number): Promise<unknown> =>
    (await fit(network, clouds(), { ...options, seed, threads })).model.weights()
  const first = await weights(1, 1)
  t.deepEqual(await weights(1, 2), first)
  t.notDeepEqual(await weights(2, 1), first)
})

test('schedules are followed step by step', async (t) => {
  const asked: [number, number, number, number][] = []
  const own = (step: number, run: { epoch: number; stepsPerEpoch: number; totalSteps: number }): number => {
    asked.push([step, run.epoch, run.stepsPerEpoch, run.totalSteps])
    return 0.1 / (step + 1)
  }
  const { history } = await fit(regressor(), line(20), {
    loss: 'meanSquaredError',
    optimizer: sgd({ learningRate: own }),
    epochs: 2,
    batchSize: 8,
  })
  const wanted = [0, 1, 2, 3, 4, 5].map((step) => [step, step < 3 ? 1 : 2, 3, 6])
  t.deepEqual(asked.slice(0, 3), wanted.slice(0, 3) as typeof asked)
  t.deepEqual(asked.at(-1), [5, 2, 3, 6])
  t.deepEqual(
    history.map((record) => record.learningRate),
    [0.1 / 3, 0.1 / 6],
  )
  const stairs = sgd({ learningRate: stepDecay({ initial: 0.1, every: epochs(1) }) })
  const run = await fit(regressor(), line(20), { loss: 'meanSquaredError', optimizer: stairs, epochs: 3, batchSize: 8 })
  t.deepEqual(
    run.history.map((record) => Math.round(record.learningRate * 1e6)),
    [100000, 10000, 1000],
  )
})

test('a schedule that gives nonsense ends the run with a coded error', async (t) => {
  const nonsense: [unknown, RegExp][] = [
    [() => Number.NaN, /^sgd: the schedule of learningRate must give a number ≥ 0 at step 0, received NaN/],
    [() => -1, /received -1/],
    [() => 'x', /received "x"/],
    [(step: number) => (step < 3 ? 0.1 : Number.POSITIVE_INFINITY), /at step 3, received Infinity/],
  ]
  for (const [learningRate, message] of nonsense) {
    const optimizer = sgd({ learningRate: learningRate as () => number })
    await rejectsCode(t, 'ERR_OPTION', () => fit(regressor(), line(), { loss: 'meanSquaredError', optimizer }), message)
  }
  const boom = new Error('boom')
  const optimizer = sgd({
    learningRate: () => {
      throw boom
    },
  })
  const error = await rejectsCode(t, 'ERR_OPTION', () =>
    fit(regressor(), line(), { loss: 'meanSquaredError', optimizer }),
  )
  t.is(error.cause, boom)
})

test('divergence is a status, with the last good weights', async (t) => {
  const { status, model } = await fit(regressor(), line(), {
    loss: 'meanSquaredError',
    optimizer: sgd({ learningRate: 1e30 }),
    epochs: 5,
  })
  t.is(status, 'diverged')
  for (const { data } of Object.values(model.weights())) t.true(data.every(Number.isFinite))
})

test('penalties are reported apart from the loss', async (t) => {
  const network = sequential([input({ shape: [2] }), dense(1, { kernelRegularizer: l2(0.1) })])
  const { history, model } = await fit(network, line(), { loss: 'meanSquaredError', epochs: 1 })
  const kernel = model.weights()['dense_1/kernel']
  const penalty = 0.05 * (kernel?.data.reduce((sum, w) => sum + w * w, 0) ?? 0)
  t.true(Math.abs((history[0]?.penalty ?? 0) - penalty) < 1e-6)
})

test('training a model further leaves it as it is', async (t) => {
  const model = await initialize(regressor(), { seed: 3 })
  const before = model.weights()
  const { model: trained } = await fit(model, line(), { loss: 'meanSquaredError', epochs: 2 })
  t.deepEqual(model.weights(), before)
  t.notDeepEqual(trained.weights(), before)
  const { model: same } = await fit(regressor(), line(), { loss: 'meanSquaredError', epochs: 2, seed: 3 })
  const again = await fit(model, line(), { loss: 'meanSquaredError', epochs: 2, seed: 3 })
  t.deepEqual(again.model.weights(), same.weights())
})

test('bytes, rescaling and layers without parameters', async (t) => {
  const inputs = Uint8Array.from({ length: 40 }, (_, index) => index * 6)
  const data = dataset({
    inputs: { data: inputs, shape: [20, 2] },
    labels: Array.from({ length: 20 }, (_, row) => row % 2),
  })
  const network = sequential([input({ shape: [2] }), rescale(1 / 255), dense(4), activation('relu'), dense(2)])
  const { status } = await fit(network, data, {
    loss: 'crossEntropy',
    optimizer: adam({ learningRate: cosineDecay({ initial: 0.01 }) }),
  })
  t.is(status, 'completed')
})

test('two runs at once on the same data', async (t) => {
  const data = clouds()
  const options = { loss: 'crossEntropy', epochs: 5, seed: 1 } as const
  const [first, second] = await Promise.all([fit(classifier(), data, options), fit(classifier(), data, options)])
  t.deepEqual(first.model.weights(), second.model.weights())
})

test('what does not fit is refused before any work', async (t) => {
  const cases: [Parameters<typeof rejectsCode>[1], () => PromiseLike<unknown>, RegExp][] = [
    ['ERR_SHAPE', () => fit(regressor(), clouds(), { loss: 'crossEntropy' }), /one output per class \(3\), received 1/],
    ['ERR_SHAPE', () => fit(regressor(), clouds(), { loss: 'meanSquaredError' }), /needs targets .*received labels/],
    ['ERR_SHAPE', () => fit(classifier(), line(), { loss: 'meanSquaredError' }), /targets of the shape of the output/],
    [
      'ERR_SHAPE',
      () => fit(sequential([input({ shape: [3] }), dense(3)]), clouds(), { loss: 'crossEntropy' }),
      /input must be/,
    ],
    ['ERR_OPTION', () => fit(regressor(), line(), {} as never), /loss must be one of .*received undefined/],
    ['ERR_OPTION', () => fit(regressor(), line(), { loss: 'meanSquaredError', epoch: 3 } as never), /received "epoch"/],
    [
      'ERR_OPTION',
      () => fit(regressor(), line(), { loss: 'meanSquaredError', metrics: ['accuracy'] }),
      /must compare numbers/,
    ],
    [
      'ERR_OPTION',
      () => fit(classifier(), clouds(), { loss: 'crossEntropy', validation: 2 }),
      /a number in \(0, 1\), received 2/,
    ],
    [
      'ERR_OPTION',
      () => fit(classifier(), clouds(), { loss: 'crossEntropy', optimizer: {} as never }),
      /optimizer must be/,
    ],
    ['ERR_DATA', () => fit(regressor(), {} as never, { loss: 'meanSquaredError' }), /data must be made by dataset/],
  ]
  for (const [code, work, message] of cases) await rejectsCode(t, code, work, message)
  const sigmoid = sequential([input({ shape: [2] }), dense(3, { activation: 'sigmoid' })])
  await rejectsCode(t, 'ERR_OPTION', () => fit(sigmoid, clouds(), { loss: 'crossEntropy' }), /ends in sigmoid/)
  const closed = clouds()
  closed.close()
  await rejectsCode(t, 'ERR_CLOSED', () => fit(classifier(), closed, { loss: 'crossEntropy' }))
  const others = dataset({ inputs: [[1, 2]], labels: ['red'] }) as never
  await rejectsCode(
    t,
    'ERR_DATA',
    () => fit(classifier(), clouds(), { loss: 'crossEntropy', validation: others }),
    /classes must be/,
  )
})

test('data that are closed right after fit() are trained on all the same', async (t) => {
  const data = clouds()
  const validation = data.take(20)
  const run = fit(classifier(), data, { loss: 'crossEntropy', epochs: 2, validation })
  data.close()
  validation.close()
  const { status, history } = await run
  t.is(status, 'completed')
  t.is(typeof history[1]?.validation?.loss, 'number')
})

test('a model is trained further on the classes that it knows', async (t) => {
  const { model } = await fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 1 })
  const others = dataset({ inputs: [1, 2, 3].map((x) => [x, x]), labels: ['black', 'red', 'white'] })
  await rejectsCode(t, 'ERR_DATA', () => fit(model, others, { loss: 'crossEntropy' }), /classes must be those of/)
  const fewer = dataset({ inputs: [[0, 0]], labels: ['red'], classes: model.classes ?? [] })
  t.is((await fit(model, fewer, { loss: 'crossEntropy', epochs: 1 })).status, 'completed')
})

test('targets of the cross entropies are probabilities', async (t) => {
  const signs = dataset({ inputs: new Float32Array(3), targets: [1, 0, -1] })
  const one = sequential([input({ shape: [1] }), dense(1, { activation: 'sigmoid' })])
  const loss = 'binaryCrossEntropy'
  await rejectsCode(
    t,
    'ERR_DATA',
    () => fit(one, signs, { loss }),
    /binaryCrossEntropy takes probabilities in \[0, 1\], received -1 in row 2, column 0/,
  )
  await fit(one, signs.take(2), { loss, epochs: 1 })
  const two = dataset({ inputs: [[1, 2]], targets: [[2, 0]] })
  const network = sequential([input({ shape: [2] }), dense(2)])
  await rejectsCode(t, 'ERR_DATA', () => fit(network, two, { loss: 'crossEntropy' }), /received 2 in row 0, column 0/)
})

test('parts of a data set whose weights are all 0 are refused: they have no mean loss', async (t) => {
  const rows = Array.from({ length: 12 }, (_, i) => [i / 12])
  const inputs = rows.map(([x = 0]) => [x, x * x])
  const data = dataset({ inputs, targets: rows, weights: rows.map((_, i) => (i < 8 ? 1 : 0)) })
  const [some, none] = [data.take(8), data.subset([8, 9, 10, 11])]
  const refused = /at least one of the 4 rows must have a positive weight, all are 0/
  const options = { loss: 'meanSquaredError', epochs: 1 } as const
  await rejectsCode(t, 'ERR_DATA', () => fit(regressor(), some, { ...options, validation: none }), refused)
  await rejectsCode(t, 'ERR_DATA', () => fit(regressor(), none, options), refused)
  const { model, history } = await fit(regressor(), some, { ...options, validation: data })
  t.true(Number.isFinite(history[0]?.validation?.loss))
  await rejectsCode(t, 'ERR_DATA', () => model.evaluate(none), refused)
})
