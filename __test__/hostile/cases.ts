import { writeFileSync } from 'node:fs'
import * as d from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import { searchCases } from './searchCases.ts'
import { studyCases } from './studyCases.ts'
import {
  both,
  type Case,
  classifier,
  labelled,
  line,
  names,
  points,
  regression,
  trained,
  twoOutputs,
  type World,
} from './world.ts'

type Call = (...values: unknown[]) => unknown
type Make = Case['make']

const exports_ = d as unknown as Readonly<Record<string, Call>>
const call = (of: string): Call => exports_[of] as Call
const closing = (world: World, value: unknown): unknown => {
  const { close } = value as { close?: unknown }
  return typeof close === 'function' ? world.own(value as { close(): void }) : value
}

/** A call, and what a result of it is good for. */
function plain(of: string, make: Make, follow: (value: never, world: World) => unknown = (value) => value): Case {
  const run = of.startsWith('initializers.') ? (d.initializers[of.slice(13) as 'uniform'] as Call) : call(of)
  return { of, make, call: (values, world) => follow(run(...values) as never, world) }
}

/** A layer is applied, and the network is run. */
function layer(of: string, make: Make): Case {
  return plain(of, make, async (made: Call, world) => {
    const x = d.input({ shape: [2] })
    const merging = ['add', 'multiply', 'concatenate'].includes(of)
    const network = merging
      ? d.functional({ x, y: x }, ({ x, y }) => made([x, y]) as never)
      : d.sequential([x, made as unknown as d.Layer])
    const model = world.own(await d.initialize(network))
    return model.predictSync(merging ? { x: points(), y: points() } : points())
  })
}

/** The application of a merging layer to values. */
function merge(of: 'add' | 'multiply' | 'concatenate'): Case {
  return {
    of,
    make: () => [['x', 'y'], { axis: -1 }].slice(0, of === 'concatenate' ? 2 : 1),
    call([list, options], world) {
      const x = d.input({ shape: [2] })
      return d.functional({ x, y: x }, (values) => {
        const named =
          Array.isArray(list) && list.length < 9
            ? list.map((name) => (typeof name === 'string' && Object.hasOwn(values, name) ? values[name as 'x'] : name))
            : list
        return world.inner(() => call(of)(named, ...(options === undefined ? [] : [options]))) as never
      })
    },
  }
}

/** An optimizer takes a step. */
function optimizer(of: string, options: () => object): Case {
  return plain(
    of,
    () => [options()],
    async (made: d.Optimizer, world) => {
      const run = d.fit(line(), world.own(regression()), {
        loss: 'meanSquaredError',
        epochs: 2,
        batchSize: 4,
        optimizer: made,
      })
      return world.own((await run).model)
    },
  )
}

/** A schedule is asked, also wrongly. */
function schedule(of: string, make: () => unknown): Case {
  const run = { epoch: 1, stepsPerEpoch: 3, totalSteps: 30 }
  return {
    of,
    make: (world) => [make(), world.random.below(40), { ...run }],
    call([options, step, asked], world) {
      const made = call(of)(options) as Call
      for (const step of [0, 1, 7, 1000]) world.inner(() => made(step, run))
      return made(step, asked)
    },
  }
}

/** A metric measures. */
function metric(of: string, make: Make): Case {
  return plain(of, make, async (made: d.Metric, world) => {
    const model = world.own(await trained())
    return model.evaluate(world.own(labelled()), { metrics: [made] })
  })
}

function initializer(of: string, make: Make = () => []): Case {
  return plain(`initializers.${of}`, make, async (made: d.Initializer, world) => {
    const network = d.sequential([
      d.input({ shape: [2] }),
      d.dense(2, { kernelInitializer: made, biasInitializer: of === 'orthogonal' ? 'zeros' : made }),
    ])
    return world.own(await d.initialize(network))
  })
}

/** Long runs are ended soon. */
function soon(run: unknown, world: World): unknown {
  const { stop } = run as { stop?: () => void }
  if (typeof stop === 'function') setTimeout(() => stop(), 5 + world.random.below(40)).unref()
  return run
}

async function fitted(run: unknown, world: World): Promise<unknown> {
  soon(run, world)
  if (world.random.chance(0.3)) for await (const record of run as AsyncIterable<unknown>) void record
  const result = (await run) as { model: d.Model }
  world.own(result.model)
  return result
}

const fitCase = (make: Make): Case => plain('fit', make, fitted)

const row = (index: number): object => ({ inputs: points()[index], targets: index, weights: index + 1 })
const named = (index: number): object => ({
  inputs: { a: points()[index], b: [index] },
  labels: { y: names()[index], z: index },
  targets: { t: [1, index] },
})

/** An iterator with everything that one can have. */
function source(items: unknown[]): object {
  return {
    [Symbol.asyncIterator]() {
      let next = 0
      return {
        next: () => Promise.resolve({ done: next >= items.length, value: items[next++] }),
        return: () => ({ done: true }),
      }
    },
  }
}

function datasetMethod(of: 'split' | 'kFold' | 'subset' | 'take' | 'concat', make: Make): Case {
  return {
    of: `Dataset.${of}`,
    make,
    call(values, world) {
      const data = world.own(labelled())
      const made = (data[of] as Call)(...values)
      for (const part of Array.isArray(made) ? made : [made]) {
        for (const view of [part, part.train, part.validation]) if (view !== undefined) closing(world, view)
      }
      return made
    },
  }
}

function modelMethod(
  of: 'predict' | 'predictSync' | 'predictClasses' | 'evaluate' | 'setWeights' | 'save' | 'weights',
  make: Make,
): Case {
  return {
    of: `Model.${of}`,
    make,
    async call(values, world) {
      const model = world.own(await trained())
      return (model[of] as Call)(...values)
    },
  }
}

const decays = { learningRate: 0.01, weightDecay: 0.1, epsilon: 1e-8, decayAll: true }
const betas = { beta1: 0.9, beta2: 0.99 }
const moving = (): d.Schedule => d.exponentialDecay({ initial: 0.1, decayRate: 0.9, decaySteps: d.epochs(1) })

export const cases: readonly Case[] = [
  plain('tensor', () => [points(), [3, 4]]),
  plain('tensor', () => [new Float64Array(6), [2, 3]]),
  plain('tensor', () => [{ data: new Uint8Array(6), shape: [2, 3] }, [6]]),
  plain(
    'dataset',
    () => [{ inputs: points(), targets: [1, 2, 3, 4, 5, 6], weights: [1, 1, 0, 2, 1, 1] }],
    (x, w) => closing(w, x),
  ),
  plain(
    'dataset',
    () => [{ inputs: new Uint8Array(6), labels: names(), classes: ['red', 'green', 'blue'] }],
    (x, w) => closing(w, x),
  ),
  plain(
    'dataset',
    () => [
      {
        inputs: { data: new Float32Array(6), shape: [3, 2] },
        labels: new Int16Array([1, 0, 1]),
        weights: new Float64Array([1, 2, 3]),
      },
    ],
    (x, w) => closing(w, x),
  ),
  plain(
    'dataset',
    () => [
      {
        inputs: { a: new Int32Array(6), b: points() },
        targets: { t: points() },
        labels: { y: names(), z: [1, 2, 3, 1, 2, 3] },
        classes: { y: ['red', 'green', 'blue', 'none'] },
      },
    ],
    (x, w) => closing(w, x),
  ),
  ...[
    (): unknown[] => [[row(0), row(1), row(2)], {}],
    (): unknown[] => [[{ inputs: 1, labels: 'red' }, [{ inputs: [2], labels: 'blue' }]], { classes: ['red', 'blue'] }],
    (world: World): unknown[] => [
      source([named(0), [named(1), named(2)]]),
      { classes: { y: ['red', 'green', 'blue'] }, signal: world.controller.signal },
    ],
    (): unknown[] => [
      source([
        { inputs: points(), labels: names() },
        { inputs: new Float32Array(2), labels: 'red' },
      ]),
      { classes: names().slice(0, 4).toSpliced(2, 1) },
    ],
    (): unknown[] => [
      source([
        { inputs: points(), labels: names() },
        { inputs: points(), labels: names() },
      ]),
    ],
    (): unknown[] => [
      source([{ inputs: new Float32Array(4), targets: new Float64Array(4), weights: new Float32Array([1, 2, 3, 4]) }]),
    ],
  ].map((make) => plain('datasetFrom', make, async (made, world) => closing(world, await made))),

  plain(
    'input',
    () => [{ shape: [2, 3] }],
    (made) => d.sequential([made, d.flatten(), d.dense(1)]),
  ),
  layer('dense', () => [
    2,
    {
      activation: 'relu',
      useBias: true,
      kernelInitializer: 'heNormal',
      biasInitializer: d.initializers.constant(0.1),
      kernelRegularizer: d.l2(0.1),
      biasRegularizer: d.l1(0.1),
      kernelConstraint: d.maxNorm(2),
      trainable: false,
      name: 'first',
    },
  ]),
  layer('activation', () => ['tanh', { name: 'bent' }]),
  layer('add', () => [{ name: 'sum' }]),
  layer('multiply', () => [{ name: 'product' }]),
  layer('concatenate', () => [{ axis: -1, name: 'joined' }]),
  merge('add'),
  merge('multiply'),
  merge('concatenate'),
  layer('dropout', () => [0.5, { name: 'drop' }]),
  layer('gaussianNoise', () => [0.5, { name: 'noise' }]),
  layer('flatten', () => [{ name: 'flat' }]),
  layer('rescale', () => [0.5, { offset: 1, name: 'scaled' }]),
  layer('reshape', () => [[2, 1], { name: 'other' }]),
  layer('standardize', () => [{ name: 'standard' }]),
  plain(
    'sequential',
    () => [[d.input({ shape: [2] }), d.dense(2), d.dropout(0.5), d.dense(1)]],
    async (made: d.Network, world) => world.own(await d.initialize(made)),
  ),
  plain('functional', () => [
    { a: d.input({ shape: [2] }), b: d.input({ shape: [2] }) },
    ({ a, b }: { a: d.Value; b: d.Value }) => ({ y: d.dense(1)(d.add([a, b])), z: d.dense(2)(a) }),
  ]),
  plain(
    'functional',
    () => [{ a: d.input({ shape: [2] }) }, ({ a }: { a: d.Value }) => d.dense(1)(a)],
    async (made: d.Network, world) => world.own(await d.initialize(made)),
  ),
  plain(
    'initialize',
    () => [classifier(), { seed: 1 }],
    async (made, world) => closing(world, await made),
  ),
  plain(
    'describe',
    () => [classifier(), { loss: 'crossEntropy', optimizer: 'adam', batchSize: 4, metrics: ['accuracy'] }],
    (made) => [String(made), JSON.stringify(made)],
  ),
  plain(
    'describe',
    () => [twoOutputs()],
    (made) => [String(made), JSON.stringify(made)],
  ),

  optimizer('sgd', () => ({
    learningRate: moving(),
    momentum: 0.9,
    dampening: 0,
    nesterov: true,
    weightDecay: 0.1,
    decayAll: true,
  })),
  optimizer('adam', () => ({ ...decays, ...betas, amsgrad: true })),
  optimizer('adamw', () => ({ ...decays, ...betas, amsgrad: true })),
  optimizer('adamax', () => ({ ...decays, ...betas })),
  optimizer('radam', () => ({ ...decays, ...betas })),
  optimizer('nadam', () => ({ ...decays, ...betas, momentumDecay: 0.004 })),
  optimizer('rmsprop', () => ({ ...decays, rho: 0.9, momentum: 0.5, centered: true })),
  optimizer('adagrad', () => ({ ...decays, learningRateDecay: 0.1, initialAccumulator: 0.1 })),
  optimizer('adadelta', () => ({ ...decays, rho: 0.9 })),
  optimizer('lion', () => ({ learningRate: moving(), weightDecay: 0.1, decayAll: true, ...betas })),

  plain(
    'epochs',
    () => [2],
    (made) => d.stepDecay({ initial: 1, every: made }),
  ),
  schedule('constant', () => 0.1),
  schedule('exponentialDecay', () => ({ initial: 0.1, decayRate: 0.96, decaySteps: d.epochs(2), staircase: true })),
  schedule('stepDecay', () => ({ initial: 0.1, factor: 0.5, every: 3 })),
  schedule('piecewise', () => ({ boundaries: [2, d.epochs(2), 9], values: [1, 0.5, 0.2, 0.1] })),
  schedule('polynomialDecay', () => ({ initial: 0.1, end: 0.01, power: 2, decaySteps: 10 })),
  schedule('inverseTimeDecay', () => ({ initial: 0.1, decayRate: 0.5, decaySteps: 10, staircase: true })),
  schedule('cosineDecay', () => ({ initial: 0.1, end: 0.01, decaySteps: 10 })),
  schedule('cosineRestarts', () => ({ initial: 0.1, end: 0.01, firstCycle: 4, multiplier: 2, decay: 0.9 })),
  schedule('warmup', () => ({ steps: 5, from: 0.01, then: () => 0.1 })),
  schedule('oneCycle', () => ({ max: 0.1, startFraction: 0.3, divide: 25, finalDivide: 1e4, totalSteps: 20 })),
  schedule('cyclic', () => ({ min: 0.01, max: 0.1, halfCycle: 3, mode: 'exponential', gamma: 0.9 })),
  schedule('reduceOnPlateau', () => ({
    initial: 0.1,
    monitor: 'loss',
    factor: 0.5,
    patience: 1,
    minDelta: 0.1,
    cooldown: 1,
    min: 0.001,
  })),

  plain('l1', () => [0.1, { proximal: true }]),
  plain('l2', () => [0.1]),
  plain('l1l2', () => [{ l1: 0.1, l2: 0.1 }]),
  plain(
    'maxNorm',
    () => [2],
    (made) => d.dense(2, { kernelConstraint: made }),
  ),
  plain('memory', () => []),
  plain('listStudies', () => [d.memory()]),
  plain('sqlite', (world) => [world.path(), { durability: 'process' }]),

  plain('penalty', () => [d.l1l2({ l1: 0.1, l2: 0.2 }), points()]),

  ...['f1', 'precision', 'recall'].map((of) => metric(of, () => [{ average: 'micro', name: 'mine' }])),
  metric('auc', () => [{ average: 'macro', name: 'area' }]),
  metric('topKAccuracy', () => [{ k: 2, name: 'top' }]),
  plain('confusionMatrix', () => [names(), names().reverse(), { classes: ['red', 'green', 'blue'] }], String),
  plain('confusionMatrix', () => [[1, 2, 1], new Int16Array([2, 2, 1])], String),

  ...['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunNormal', 'orthogonal', 'zeros', 'ones'].map(
    (of) => initializer(of),
  ),
  initializer('constant', () => [0.1]),
  initializer('uniform', () => [{ min: -1, max: 1 }]),
  initializer('normal', () => [{ mean: 0, deviation: 1 }]),
  initializer('truncatedNormal', () => [{ mean: 0, deviation: 1 }]),

  fitCase((world) => [
    classifier(),
    world.own(labelled()),
    {
      loss: 'crossEntropy',
      optimizer: 'adam',
      epochs: 2,
      batchSize: 4,
      validation: 0.34,
      metrics: ['accuracy', d.f1(), { name: 'mine', evaluate: () => 1 }],
      shuffle: true,
      seed: 1,
      threads: 2,
      clipNorm: 1,
      clipValue: 1,
      classWeights: [1, 2, 0],
      signal: world.controller.signal,
    },
  ]),
  fitCase((world) => [
    line(),
    world.own(regression()),
    {
      loss: ({ prediction, target }: { prediction: d.Expression; target: d.Expression }) =>
        ops.mean(ops.square(ops.subtract(prediction, target)), { axis: 1 }),
      epochs: 2,
      batchSize: (epoch: number) => 2 ** epoch,
      optimizer: d.sgd({ learningRate: d.warmup({ steps: 2, then: () => 0.1 }) }),
    },
  ]),
  fitCase((world) => [
    line(),
    world.own(regression()),
    {
      loss: 'meanSquaredError',
      epochs: 3,
      targetTransform: 'standardize',
      validation: world.own(regression()),
      earlyStopping: { monitor: 'validation.loss', patience: 1, minDelta: 0.1, restoreBest: true },
      checkpoint: { path: world.path(), every: 2 },
      optimizer: d.adam({ learningRate: d.reduceOnPlateau({ initial: 0.1, patience: 1 }) }),
    },
  ]),
  fitCase((world) => [
    twoOutputs(),
    world.own(both()),
    {
      loss: {
        y: 'meanSquaredError',
        z: ({ prediction, target }: { prediction: d.Expression; target: d.Expression }) =>
          ops.meanSquaredError(prediction, target),
      },
      lossWeights: { y: 1, z: 0.5 },
      metrics: {
        y: ['r2', { name: 'own', evaluate: (p: d.Tensor, t: d.Tensor) => p.data.length - t.data.length }],
        z: ['meanSquaredError'],
      },
      epochs: 2,
      clipNorm: 0.5,
      validation: world.own(both()),
    },
  ]),
  fitCase(async (world) => {
    const path = world.path()
    const options = { loss: 'crossEntropy', epochs: 3, classWeights: 'balanced' } as const
    const data = world.own(labelled())
    world.own((await d.fit(classifier(), data, { ...options, epochs: 1, checkpoint: { path } })).model)
    return [classifier(), data, { ...options, resume: path, checkpoint: { path } }]
  }),
  fitCase(async (world) => [
    world.own(await trained()),
    world.own(labelled()),
    { loss: 'crossEntropy', epochs: 1, batchSize: 'all' },
  ]),
  plain(
    'loadModel',
    async (world) => {
      const path = world.path()
      const model = world.own(await trained())
      await model.save(path)
      return [path]
    },
    async (made, world) => closing(world, await made),
  ),
  {
    good: false,
    ...plain(
      'loadModel',
      (world) => {
        const path = world.path()
        const text = JSON.stringify({
          a: { dtype: 'F32', shape: [world.random.below(3)], data_offsets: [0, 4 * world.random.below(3)] },
        })
        const head = Buffer.alloc(8)
        head.writeBigUInt64LE(BigInt(world.random.pick([text.length, 0, 2 ** 32, 8])))
        writeFileSync(path, Buffer.concat([head, Buffer.from(text), Buffer.alloc(world.random.below(20), 0)]))
        return [world.random.pick([path, '.', '/dev/null', '/dev/zero', `${path}/x`, `missing${path}`])]
      },
      async (made, world) => closing(world, await made),
    ),
  },

  plain(
    'minimize',
    (world) => [
      ({ x, y }: Record<'x' | 'y', d.Expression>) => ops.sum(ops.multiply(ops.square(x), y)),
      { x: [1, 2], y: 3 },
      {
        optimizer: d.adam({ learningRate: moving() }),
        steps: 20,
        tolerance: 1e-9,
        clipNorm: 1,
        clipValue: 1,
        seed: 1,
        threads: 2,
        signal: world.controller.signal,
      },
    ],
    async (run, world) => {
      soon(run, world)
      if (world.random.chance(0.3)) for await (const record of run as AsyncIterable<unknown>) void record
      return run
    },
  ),
  plain(
    'minimize',
    (world) => [
      ({ theta }: { theta: d.Expression }, { inputs, targets }: Record<'inputs' | 'targets', d.Expression>) =>
        ops.mean(ops.square(ops.subtract(ops.matmul(inputs, theta), targets))),
      { theta: { data: new Float32Array(2), shape: [2, 1] } },
      { data: world.own(regression()), batchSize: 4, shuffle: true, steps: 10, optimizer: 'sgd' },
    ],
    async (run, world) => {
      soon(run, world)
      return run
    },
  ),
  plain('gradient', () => [
    ({ x, m }: Record<'x' | 'm', d.Expression>) => ops.sum(ops.matmul(m, x)),
    { x: [1, 2], m: points() },
  ]),
  plain('evaluate', () => [({ x }: { x: d.Expression }) => ops.relu(x), { x: [-1, 2] }]),
  plain('evaluate', () => [
    ({ x, y }: Record<'x' | 'y', d.Expression>) => ({ a: ops.add(x, y), b: ops.sum(y), c: ops.exp(x) }),
    { x: 1, y: points() },
  ]),

  ...searchCases,
  ...studyCases,

  datasetMethod('split', () => [[0.5, 0.5], { seed: 1, stratify: false, shuffle: true }]),
  datasetMethod('split', () => [0.5]),
  datasetMethod('kFold', () => [2, { seed: 1, stratify: true, shuffle: true }]),
  datasetMethod('subset', () => [[0, 2, 2]]),
  datasetMethod('subset', () => [new Uint16Array([1, 0])]),
  datasetMethod('take', () => [2]),
  datasetMethod('concat', (world) => [world.own(labelled())]),
  { of: 'Dataset.close', make: () => [], call: (values, world) => (world.own(labelled()).close as Call)(...values) },

  modelMethod('predict', () => [points(), { probabilities: true, batchSize: 4 }]),
  modelMethod('predict', () => [{ data: new Float64Array(2), shape: [1, 2] }]),
  modelMethod('predictSync', () => [{ data: new Float32Array(4), shape: [2, 2] }, { probabilities: false }]),
  modelMethod('predictClasses', () => [points()]),
  modelMethod('evaluate', (world) => [
    world.own(labelled()),
    { metrics: ['accuracy', 'auc', { name: 'own', evaluate: () => 2 }], loss: 'crossEntropy' },
  ]),
  modelMethod('setWeights', () => [
    {
      'dense_1/kernel': [
        [1, 2, 3],
        [4, 5, 6],
      ],
      'dense_1/bias': new Float32Array(3),
    },
  ]),
  modelMethod('save', (world) => [world.path()]),
  modelMethod('weights', () => []),
  {
    of: 'Model.predict',
    make: () => [{ a: points(), b: { data: new Float32Array(12), shape: [6, 2] } }, { batchSize: 4 }],
    async call(values, world) {
      const model = world.own(await d.initialize(twoOutputs()))
      return (model.predict as Call)(...values)
    },
  },
  {
    of: 'Model.close',
    make: () => [],
    call: async (values, world) => (world.own(await trained()).close as Call)(...values),
  },

  {
    of: 'DownslopeError',
    make: () => [new d.DownslopeError('ERR_DATA', 'x')],
    call: ([value]) => d.DownslopeError.is(value),
  },
]
