import { writeFileSync } from 'node:fs'
import * as d from '../../src/index.ts'
import { type Call, type Make, owned, plain, publicCall } from './calls.ts'
import { type Case, classifier, labelled, points, trained, twoOutputs } from './world.ts'

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
        return world.inner(() => publicCall(of)(named, ...(options === undefined ? [] : [options]))) as never
      })
    },
  }
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

/** Networks, what they are made of, and models. */
export const modelCases: readonly Case[] = [
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
  plain('initialize', () => [classifier(), { seed: 1 }], owned),
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
  plain('l1', () => [0.1, { proximal: true }]),
  plain('l2', () => [0.1]),
  plain('l1l2', () => [{ l1: 0.1, l2: 0.1 }]),
  plain(
    'maxNorm',
    () => [2],
    (made) => d.dense(2, { kernelConstraint: made }),
  ),
  plain('penalty', () => [d.l1l2({ l1: 0.1, l2: 0.2 }), points()]),

  ...['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunNormal', 'orthogonal', 'zeros', 'ones'].map(
    (of) => initializer(of),
  ),
  initializer('constant', () => [0.1]),
  initializer('uniform', () => [{ min: -1, max: 1 }]),
  initializer('normal', () => [{ mean: 0, deviation: 1 }]),
  initializer('truncatedNormal', () => [{ mean: 0, deviation: 1 }]),

  plain(
    'loadModel',
    async (world) => {
      const path = world.path()
      const model = world.own(await trained())
      await model.save(path)
      return [path]
    },
    owned,
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
      owned,
    ),
  },
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
]
