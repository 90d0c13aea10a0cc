import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  activation,
  dataset,
  dense,
  describe,
  dropout,
  fit,
  flatten,
  functional,
  gaussianNoise,
  initialize,
  input,
  l2,
  loadModel,
  type Network,
  reshape,
  sequential,
  sgd,
  standardize,
  type Value,
} from '../../src/index.ts'
import { clouds, line, rejectsCode, throwsCode } from '../helpers.ts'

const x2 = { x: input({ shape: [2] }) }

test('a chain is the same as sequential, to the bit', async (t) => {
  const layers = () => [dense(8, { activation: 'tanh' }), dropout(0.2), gaussianNoise(0.1), dense(3)] as const
  const [a, b, c, d] = layers()
  const chain = functional({ input: input({ shape: [2] }) }, ({ input: x }) => d(c(b(a(x)))))
  const list = sequential([input({ shape: [2] }), ...layers()])
  t.deepEqual(chain.graph, list.graph)
  t.deepEqual(chain.layers, list.layers)
  t.deepEqual([chain.outputs, list.outputs], [[], []])
  const options = { loss: 'crossEntropy', epochs: 3, seed: 4 } as const
  const [one, other] = await Promise.all([fit(chain, clouds(), options), fit(list, clouds(), options)])
  t.deepEqual(one.model.weights(), other.model.weights())
})

test('names, sharing and the JSON form', (t) => {
  const twin = dense(4, { activation: 'relu' })
  const network = functional({ user: input({ shape: [3] }), item: input({ shape: [3] }) }, ({ user, item }) => ({
    left: dense(1)(twin(user)),
    right: dense(2, { name: 'head' })(twin(item)),
  }))
  t.deepEqual(network.outputs, ['left', 'right'])
  t.deepEqual(
    network.layers.map(({ name, inputs, parameters }) => [name, inputs, parameters]),
    [
      ['dense_1', ['user'], 16],
      ['dense_2', ['dense_1'], 5],
      ['dense_1:2', ['item'], 0],
      ['head', ['dense_1:2'], 10],
    ],
  )
  const { config } = network
  if (config.kind !== 'functional') return t.fail()
  t.deepEqual(config.inputs, { user: { kind: 'input', shape: [3] }, item: { kind: 'input', shape: [3] } })
  t.deepEqual(config.outputs, { left: 'dense_2', right: 'head' })
  t.deepEqual(JSON.parse(JSON.stringify(config)), config)
  t.true(Object.isFrozen(network) && Object.isFrozen(config.layers[0]))
  t.is(typeof (functional(x2, ({ x }) => dense(1)(x)).config as { outputs: unknown }).outputs, 'string')
})

test('layers that no output needs are left out', (t) => {
  const network = functional(x2, ({ x }) => {
    const shared = dense(5)
    shared(x) // its first application is not used
    dense(100, { name: 'idle' })(x)
    return dense(1)(shared(x))
  })
  t.deepEqual(
    network.layers.map(({ name, parameters }) => [name, parameters]),
    [
      ['dense_1:2', 15],
      ['dense_2', 6],
    ],
  )
  t.deepEqual(
    network.graph.parameters.map(({ name }) => name),
    ['dense_1/kernel', 'dense_1/bias', 'dense_2/kernel', 'dense_2/bias'],
  )
})

test('misuse is refused', (t) => {
  const build = functional as (...list: unknown[]) => unknown
  let stolen: Value | undefined
  const other = functional(x2, ({ x }) => {
    stolen = x
    return dense(1)(x)
  })
  t.is(other.layers.length, 1)
  for (const [work, message] of [
    [() => build(), /inputs must be a record/],
    [() => build({}, () => undefined), /at least one/],
    [() => build([input({ shape: [1] })], () => undefined), /inputs must be a record/],
    [() => build({ x: [1] }, () => undefined), /inputs\.x must be input/],
    [() => build({ 'a/b': input({ shape: [1] }) }, () => undefined), /without \/ and :/],
    [() => build({ target: input({ shape: [1] }) }, () => undefined), /target/],
    [() => build(x2), /build must be a function/],
    [() => build(x2, () => undefined), /build must return/],
    [() => build(x2, () => ({})), /at least one/],
    [() => build(x2, ({ x }: { x: Value }) => ({ 'a.b': x })), /without \/, : and \./],
    [() => build(x2, ({ x }: { x: Value }) => [dense(1)(x)]), /build must return/],
    [() => build(x2, async ({ x }: { x: Value }) => dense(1)(x)), /build must return/],
    [() => build(x2, ({ x }: { x: Value }) => ({ y: dense(1)(x), z: 3 })), /output z must be a value of this network/],
    [() => build(x2, () => stolen), /another network/],
    [() => build(x2, () => dense(1)(stolen as Value)), /finished/],
    [() => dense(1)(stolen as Value), /finished/],
    [() => dense(1)({} as Value), /applied to a value/],
    [
      () => build({ ...x2, y: input({ shape: [2] }) }, ({ x }: { x: Value }) => dense(1)(x)),
      /y: an input must be used/,
    ],
    [() => build(x2, ({ x }: { x: Value }) => dense(1, { name: 'x' })(x)), /used once/],
    [() => build(x2, ({ x }: { x: Value }) => dense(1, { name: 'loss' })(x)), /fit adds/],
  ] as const) {
    throwsCode(t, 'ERR_OPTION', work, message)
  }
  const thrown = throwsCode(t, 'ERR_OPTION', () =>
    build(x2, () => {
      throw new RangeError('mine')
    }),
  )
  t.true(thrown.cause instanceof RangeError)
  throwsCode(t, 'ERR_SHAPE', () => functional(x2, ({ x }) => reshape([3])(x)), /reshape_1/)
})

test('options and data must have the names of the network', async (t) => {
  const network = functional(x2, ({ x }) => ({ a: dense(1)(x), b: dense(2)(x) }))
  const good = dataset({
    inputs: {
      x: [
        [1, 2],
        [3, 4],
      ],
    },
    targets: { a: [1, 2] },
    labels: { b: ['u', 'v'] },
  })
  const loss = { a: 'meanSquaredError', b: 'crossEntropy' } as const
  const run =
    (options: object, data: unknown = good) =>
    () =>
      fit(network, data as typeof good, { loss, epochs: 1, ...options })
  await fit(network, good, { loss, epochs: 1 })
  for (const [options, message] of [
    [{ loss: 'crossEntropy' }, /loss must be a record by the names of the outputs \(a, b\)/],
    [{ loss: { a: 'meanSquaredError' } }, /loss\.b must be one of/],
    [{ loss: { ...loss, c: 'crossEntropy' } }, /loss must be a record.*received "c"/],
    [{ loss: { ...loss, a: 'squared' } }, /loss\.a must be one of/],
    [{ metrics: ['accuracy'] }, /metrics must be a record/],
    [{ metrics: { c: ['accuracy'] } }, /metrics must be a record/],
    [{ metrics: { a: ['accuracy'] } }, /metrics\.a\[0\] must compare numbers/],
    [{ metrics: { b: 'accuracy' } }, /metrics\.b must be an array/],
    [{ lossWeights: { a: -1 } }, /lossWeights\.a must be ≥ 0/],
    [{ lossWeights: 2 }, /lossWeights must be a record/],
    [{ classWeights: 'balanced' }, /classWeights are for networks with one output/],
    [{ earlyStopping: { patience: 1, monitor: 'a/accuracy' } }, /monitor must be one of loss, a\/loss, b\/loss/],
  ] as const) {
    await rejectsCode(t, 'ERR_OPTION', run(options), message)
  }
  const inputs = {
    x: [
      [1, 2],
      [3, 4],
    ],
  }
  for (const [data, code, message] of [
    [dataset({ inputs, targets: { a: [1, 2] } }), 'ERR_SHAPE', /targets and labels must be of a, b.*those of a/],
    [dataset({ inputs, targets: [1, 2] }), 'ERR_SHAPE', /received those for one output without a name/],
    [dataset({ inputs, targets: { a: [1, 2], b: [1, 2], c: [1, 2] } }), 'ERR_SHAPE', /of a, b, c/],
    [dataset({ inputs, targets: { a: [1, 2], b: [1, 2] } }), 'ERR_SHAPE', /b: crossEntropy needs targets of the shape/],
    [dataset({ inputs: [[1, 2]], targets: [1] }), 'ERR_SHAPE', /the network's inputs are x, received input/],
    [dataset({ inputs: { x: [[1, 2]], y: [[1]] }, targets: [1] }), 'ERR_SHAPE', /inputs are x, received x, y/],
  ] as const) {
    await rejectsCode(t, code, run({}, data), message)
  }
  await rejectsCode(t, 'ERR_OPTION', () => fit(network, good, { loss: 'crossEntropy' as never }))
  await rejectsCode(
    t,
    'ERR_SHAPE',
    () => fit(sequential([input({ shape: [2] }), dense(1)]), good as never, { loss: 'meanSquaredError' }),
    /the network's inputs are input/,
  )
  await rejectsCode(
    t,
    'ERR_OPTION',
    () =>
      fit(sequential([input({ shape: [2] }), dense(1)]), line(), {
        loss: 'meanSquaredError',
        lossWeights: {} as never,
      }),
    /lossWeights are for networks with several outputs/,
  )
  const { model } = await fit(network, good, { loss, epochs: 1 })
  const others = dataset({ inputs, targets: { a: [1, 2] }, labels: { b: ['u', 'w'] } })
  await rejectsCode(t, 'ERR_DATA', () => fit(model, others, { loss }), /classes\.b must be those/)
  await rejectsCode(t, 'ERR_SHAPE', () => model.predict({ y: [[1, 2]] }), /inputs are x, received y/)
  await rejectsCode(t, 'ERR_SHAPE', () => model.predict({ x: [[1, 2, 3]] }))
  const untrained = await initialize(network)
  await rejectsCode(t, 'ERR_OPTION', () => untrained.evaluate(good), /loss must be a record/)
  t.is(typeof (await untrained.evaluate(good, { loss })).loss, 'number')
  await rejectsCode(t, 'ERR_OPTION', () => untrained.predictClasses({ x: [[1, 2]] }))
})

test('a saved model predicts, classifies and evaluates the same', async (t) => {
  const network = functional({ a: input({ shape: [2] }), b: input({ shape: [2, 2] }) }, ({ a, b }) => {
    const both = dense(4, { activation: 'tanh', name: 'both' })
    return {
      name: dense(3)(both(standardize()(a))),
      image: activation('sigmoid')(reshape([2, 2])(dense(4)(both(dense(2)(flatten()(b)))))),
    }
  })
  const a = Array.from({ length: 30 }, (_, row) => [Math.sin(row), Math.cos(row * 3)])
  const b = a.map(([p = 0, q = 0]) => [
    [p, q],
    [q, p],
  ])
  const image = b.map((rows) => rows.map((row) => row.map((value) => Math.abs(value))))
  const labels = { name: a.map((_, row) => ['u', 'v', 'w'][row % 3] as string) }
  const data = dataset({ inputs: { a, b }, labels, targets: { image } })
  const { model } = await fit(network, data, {
    loss: { name: 'crossEntropy', image: 'binaryCrossEntropy' },
    lossWeights: { image: 0.5 },
    epochs: 5,
  })
  const directory = mkdtempSync(join(tmpdir(), 'downslope-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'model.safetensors')
  await model.save(path)
  const again = await loadModel<{ name: string }, 'name' | 'image'>(path)
  t.deepEqual(again.network, model.network)
  t.deepEqual(again.loss, model.loss)
  t.deepEqual(again.classes, { name: ['u', 'v', 'w'] })
  t.deepEqual(await again.predict({ a, b }), await model.predict({ a, b }))
  const { image: likely } = await again.predict({ a, b }, { probabilities: true })
  t.deepEqual(likely, (await again.predict({ a, b })).image)
  t.deepEqual(likely.shape, [30, 2, 2])
  t.deepEqual(await again.predictClasses({ a, b }), await model.predictClasses({ a, b }))
  t.deepEqual(await again.evaluate(data), await model.evaluate(data))
  const further = { loss: { name: 'crossEntropy', image: 'binaryCrossEntropy' }, epochs: 2 } as const
  t.deepEqual((await fit(again, data, further)).model.weights(), (await fit(model, data, further)).model.weights())
})

test('a standardize layer for two inputs learns from the first', async (t) => {
  const both = standardize({ name: 'both' })
  const network = functional({ a: input({ shape: [1] }), b: input({ shape: [1] }) }, ({ a, b }) => ({
    left: dense(1)(both(a)),
    right: dense(1)(both(b)),
  }))
  const data = dataset({ inputs: { a: [1, 3], b: [100, 300] }, targets: { left: [1, 2], right: [1, 2] } })
  const loss = { left: 'meanSquaredError', right: 'meanSquaredError' } as const
  const { model } = await fit(network, data, { loss, epochs: 1 })
  const weights = model.weights()
  t.deepEqual([weights['both/mean']?.data[0], weights['both/deviation']?.data[0]], [2, 1])
})

test('describe says where values come from', (t) => {
  const network = functional({ user: input({ shape: [8] }), item: input({ shape: [4] }) }, ({ user, item }) => ({
    left: dense(2)(dense(3)(user)),
    right: dense(2)(item),
  }))
  const text = `${describe(network)}`
  t.regex(text, /layer +takes +output +parameters/)
  t.regex(text, /dense_2 +dense_1 +\[rows, 2\] +8/)
  t.regex(text, /dense_3 +item +\[rows, 2\] +10/)
  const plain: Network = functional({ x: input({ shape: [4] }) }, ({ x }) => dense(2)(dense(3)(x)))
  t.regex(`${describe(plain)}`, /layer +output +parameters/)
  const step = describe(network, { loss: { left: 'crossEntropy', right: 'meanSquaredError' }, batchSize: 8 })
  t.true(step.program.length > describe(network).program.length)
})

test('noise: a function of the seed in training, nothing in predictions', async (t) => {
  const network = (deviation: number) =>
    sequential([
      input({ shape: [2] }),
      gaussianNoise(deviation),
      dense(8, { activation: 'tanh' }),
      dropout(0.3),
      dense(1),
    ])
  const run = async (deviation: number, seed: number, threads: number) =>
    (await fit(network(deviation), line(), { loss: 'meanSquaredError', epochs: 4, seed, threads })).model
  const base = await run(0.5, 1, 1)
  t.deepEqual((await run(0.5, 1, 2)).weights(), base.weights())
  t.notDeepEqual((await run(0.5, 2, 1)).weights(), base.weights())
  t.notDeepEqual((await run(0, 1, 1)).weights(), base.weights())
  const x = [[0.1, 0.2]]
  t.deepEqual(await base.predict(x), await base.predict(x))
  for (const bad of [-0.1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never]) {
    throwsCode(t, 'ERR_OPTION', () => gaussianNoise(bad), /deviation/)
  }
})

test('frozen layers keep their bits, whatever decays or penalises', async (t) => {
  const network = sequential([
    input({ shape: [2] }),
    dense(4, { activation: 'tanh', trainable: false, kernelRegularizer: l2(0.1) }),
    dense(3),
  ])
  const start = await initialize(network)
  const { model } = await fit(start, clouds(), {
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, decayAll: true }),
    epochs: 3,
  })
  const [before, after] = [start.weights(), model.weights()]
  for (const name of ['dense_1/kernel', 'dense_1/bias']) t.deepEqual(after[name], before[name])
  t.notDeepEqual(after['dense_2/kernel'], before['dense_2/kernel'])
  t.is(network.layers[0]?.parameters, 0)
})
