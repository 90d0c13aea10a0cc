import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  dataset,
  dense,
  describe,
  dropout,
  fit,
  flatten,
  initialize,
  input,
  type Layer,
  loadModel,
  rescale,
  reshape,
  sequential,
  standardize,
  tensor,
} from '../../src/index.ts'
import { classifier, clouds, line, regressor, rejectsCode, throwsCode } from '../helpers.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-model-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

test('names count from 1, unless a layer has one', (t) => {
  const { graph, layers, config } = sequential([
    input({ shape: [4] }),
    dense(8, { activation: 'relu' }),
    dropout(0.5),
    dense(2, { name: 'head' }),
    dense(1, { useBias: false }),
  ])
  t.deepEqual(
    graph.parameters.map(({ name, shape }) => [name, shape]),
    [
      ['dense_1/kernel', [4, 8]],
      ['dense_1/bias', [8]],
      ['head/kernel', [8, 2]],
      ['head/bias', [2]],
      ['dense_2/kernel', [2, 1]],
    ],
  )
  t.deepEqual(
    layers.map(({ name, parameters }) => [name, parameters]),
    [
      ['dense_1', 40],
      ['dropout_1', 0],
      ['head', 18],
      ['dense_2', 2],
    ],
  )
  t.is(graph.parameters[0]?.initializer.kind, 'heNormal')
  t.is(graph.parameters[2]?.initializer.kind, 'glorotUniform')
  t.deepEqual(graph.parameters[1]?.initializer, { kind: 'zeros' })
  t.true(Object.isFrozen(graph.parameters[0]?.shape))
  t.is(config.layers.length, 5)
  t.notThrows(() => JSON.stringify(config))
})

test('a layer used twice shares its parameters', (t) => {
  const shared = dense(3, { activation: 'tanh' })
  const { graph, layers } = sequential([input({ shape: [3] }), shared, shared])
  t.deepEqual(
    graph.parameters.map(({ name }) => name),
    ['dense_1/kernel', 'dense_1/bias'],
  )
  t.deepEqual(
    layers.map(({ name, parameters }) => [name, parameters]),
    [
      ['dense_1', 12],
      ['dense_1:2', 0],
    ],
  )
  throwsCode(t, 'ERR_SHAPE', () => sequential([input({ shape: [2] }), shared, shared]), /a layer applied twice/)
})

test('layers say what does not fit', (t) => {
  throwsCode(t, 'ERR_OPTION', () => sequential([dense(1)] as never), /the first layer must be input/)
  throwsCode(t, 'ERR_OPTION', () => sequential([input({ shape: [1] })]), /a layer after the input/)
  throwsCode(
    t,
    'ERR_OPTION',
    () => sequential([input({ shape: [1] }), 'dense' as unknown as Layer]),
    /layer 2 must be a layer/,
  )
  throwsCode(
    t,
    'ERR_SHAPE',
    () => sequential([input({ shape: [4] }), reshape([3])]),
    /reshape_1: shape must have as many/,
  )
  throwsCode(
    t,
    'ERR_OPTION',
    () => sequential([input({ shape: [4] }), dense(1, { name: 'a' }), dense(1, { name: 'a' })]),
    /used once/,
  )
  throwsCode(t, 'ERR_OPTION', () => dense(0), /units must be an integer ≥ 1, received 0/)
  throwsCode(
    t,
    'ERR_OPTION',
    () => dense(1, { activation: 'rely' as never }),
    /activation must be one of .*received "rely"/,
  )
  throwsCode(
    t,
    'ERR_SHAPE',
    () => sequential([input({ shape: [2 ** 20] }), dense(2 ** 20)]),
    /dense_1\/kernel must have at most 2147483648 elements, received \[1048576, 1048576\]/,
  )
  throwsCode(t, 'ERR_OPTION', () => dropout(1), /rate must be in \[0, 1\), received 1/)
  throwsCode(t, 'ERR_OPTION', () => input({ shape: [] }), /1 to 8 sizes/)
})

test('flatten, reshape, rescale and standardize keep rows', async (t) => {
  const network = sequential([
    input({ shape: [2, 3] }),
    rescale(2, { offset: 1 }),
    flatten(),
    reshape([3, 2]),
    flatten(),
  ])
  const model = await initialize(network)
  const x = tensor([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ])
  t.deepEqual(await model.predict(x), tensor([[3, 5, 7, 9, 11, 13]]))
  t.deepEqual(model.predictSync(x), tensor([[3, 5, 7, 9, 11, 13]]))
})

test('weights can be read and replaced', async (t) => {
  const model = await initialize(sequential([input({ shape: [2] }), standardize(), dense(1)]))
  model.setWeights({ 'dense_1/kernel': [[2], [3]], 'dense_1/bias': [1] })
  t.deepEqual((await model.predict([[1, 1]])).data[0], 6)
  t.deepEqual(Object.keys(model.weights()), [
    'dense_1/kernel',
    'dense_1/bias',
    'standardize_1/mean',
    'standardize_1/deviation',
    'standardize_1/count',
  ])
  t.deepEqual(model.weights()['dense_1/kernel'], tensor([[2], [3]]))
  throwsCode(t, 'ERR_SHAPE', () => model.setWeights({ 'dense_1/kernel': [2, 3] }), /must be \[2, 1\], received \[2\]/)
  throwsCode(t, 'ERR_OPTION', () => model.setWeights({ kernel: [1] }), /names must be among dense_1\/kernel/)
  throwsCode(t, 'ERR_DATA', () => model.setWeights({ 'dense_1/bias': [Number.NaN] }))
})

test('standardize learns from the training rows', async (t) => {
  const network = sequential([input({ shape: [2] }), standardize(), dense(1)])
  const { model } = await fit(network, line(), { loss: 'meanSquaredError', epochs: 1 })
  const { 'standardize_1/mean': mean, 'standardize_1/count': count } = model.weights()
  const first = Array.from({ length: 64 }, (_, row) => Math.sin(row)).reduce((a, b) => a + b) / 64
  t.true(Math.abs((mean?.data[0] ?? 1) - first) < 1e-6)
  t.is(count?.data[0], 64)
})

test('predictions: batches, sync, records, classes', async (t) => {
  const { model } = await fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 3 })
  const x = Array.from({ length: 10 }, (_, row) => [row, -row])
  const whole = await model.predict(x)
  t.deepEqual(whole.shape, [10, 3])
  t.deepEqual(await model.predict(x, { batchSize: 3 }), whole)
  t.deepEqual(model.predictSync(x), whole)
  t.deepEqual(await model.predict({ input: x }), whole)
  t.deepEqual(await model.predict(tensor(new Float64Array(x.flat()), [10, 2])), whole)
  const classes: string[] = await model.predictClasses(x)
  t.deepEqual(model.classes, ['blue', 'green', 'red'])
  for (const [row, name] of classes.entries()) {
    const values = [...whole.data.subarray(row * 3, row * 3 + 3)]
    t.is(name, model.classes?.[values.indexOf(Math.max(...values))] ?? 'none')
  }
  await rejectsCode(t, 'ERR_SHAPE', () => model.predict([[1, 2, 3]]), /input must be \[rows, 2\], received \[rows, 3\]/)
  await rejectsCode(t, 'ERR_DATA', () => model.predict([[1, Number.NaN]]))
  await rejectsCode(t, 'ERR_OPTION', () => model.predict(x, { batchSize: 0 }))
  const data = clouds() as never
  await rejectsCode(t, 'ERR_DATA', () => model.predict(data), /predict: inputs must be .*, received a data set/)
})

test('a model without labels says so', async (t) => {
  const model = await initialize(regressor())
  await rejectsCode(t, 'ERR_OPTION', () => model.predictClasses([[1, 2]]), /trained with labels/)
  await rejectsCode(t, 'ERR_OPTION', () => model.evaluate(line()), /loss must be one of/)
  t.true('loss' in (await model.evaluate(line(), { loss: 'meanSquaredError', metrics: ['meanAbsoluteError'] })))
})

test('a closed model says so, also to what is under way', async (t) => {
  const model = await initialize(regressor())
  const pending = model.predict(tensor(new Float32Array(200_000), [100_000, 2]))
  model.close()
  model.close()
  t.true(model.closed)
  await rejectsCode(t, 'ERR_CLOSED', () => pending)
  for (const work of [() => model.predict([[1, 2]]), () => model.save('x'), () => model.evaluate(line())]) {
    await rejectsCode(t, 'ERR_CLOSED', work)
  }
  throwsCode(t, 'ERR_CLOSED', () => model.weights())
  throwsCode(t, 'ERR_CLOSED', () => model.predictSync([[1, 2]]))
})

test('a saved model comes back the same', async (t) => {
  const data = clouds()
  const { model } = await fit(classifier(), data, { loss: 'crossEntropy', epochs: 5 })
  const path = join(folder, 'model.safetensors')
  await model.save(path)
  const loaded = await loadModel<string>(path)
  t.deepEqual(loaded.weights(), model.weights())
  t.deepEqual(loaded.network.graph, model.network.graph)
  t.deepEqual(loaded.network.config, JSON.parse(JSON.stringify(model.network.config)))
  t.deepEqual(loaded.classes, model.classes)
  const x = [
    [1, 2],
    [3, -2],
  ]
  t.deepEqual(await loaded.predict(x), await model.predict(x))
  t.deepEqual(await loaded.predictClasses(x), await model.predictClasses(x))
  t.deepEqual(
    await loaded.evaluate(data, { metrics: ['accuracy'] }),
    await model.evaluate(data, { metrics: ['accuracy'] }),
  )
  const { status } = await fit(loaded, data, { loss: 'crossEntropy', epochs: 1 })
  t.is(status, 'completed')
})

test('a truncated or altered file is ERR_CHECKPOINT', async (t) => {
  const model = await initialize(regressor())
  const path = join(folder, 'altered.safetensors')
  await model.save(path)
  const whole = readFileSync(path)
  for (let at = 0; at < whole.length; at += Math.max(1, Math.floor(whole.length / 97))) {
    const altered = Buffer.from(whole)
    altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8))
    writeFileSync(path, altered)
    await rejectsCode(t, 'ERR_CHECKPOINT', () => loadModel(path))
    writeFileSync(path, whole.subarray(0, at))
    await rejectsCode(t, 'ERR_CHECKPOINT', () => loadModel(path))
  }
  writeFileSync(path, Buffer.concat([whole, Buffer.alloc(4)]))
  await rejectsCode(t, 'ERR_CHECKPOINT', () => loadModel(path))
  await rejectsCode(t, 'ERR_CHECKPOINT', () => loadModel(join(folder, 'missing')))
  await rejectsCode(t, 'ERR_CHECKPOINT', () => model.save(join(folder, 'no', 'such', 'folder')))
})

test('describe prints layers and the program', (t) => {
  const description = describe(classifier())
  t.regex(`${description}`, /dense_1 .*\[rows, 8\] .*24/)
  t.is(description.parameters, 51)
  t.truthy(JSON.parse(JSON.stringify(description)).program)
  t.truthy(describe(classifier(), { loss: 'crossEntropy', batchSize: 16 }).program)
})

test('a loss beyond 32 bits is a number', async (t) => {
  using model = await initialize(sequential([input({ shape: [1] }), dense(1)]))
  using data = dataset({ inputs: [[1], [1]], targets: [1e38, -1e38] })
  const metrics = ['meanSquaredError'] as const
  const result = await model.evaluate(data, { loss: 'meanSquaredError', metrics })
  t.is(result.loss, Number.POSITIVE_INFINITY)
  t.true(Number.isFinite(result.meanSquaredError))
})
