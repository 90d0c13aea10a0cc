import * as d from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import { type Call, followed, type Make, plain, publicCall } from './calls.ts'
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
      const made = publicCall(of)(options) as Call
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

async function fitted(run: unknown, world: World): Promise<unknown> {
  const result = (await followed(run, world)) as { model: d.Model }
  world.own(result.model)
  return result
}

const fitCase = (make: Make): Case => plain('fit', make, fitted)

const decays = { learningRate: 0.01, weightDecay: 0.1, epsilon: 1e-8, decayAll: true }
const betas = { beta1: 0.9, beta2: 0.99 }
const moving = (): d.Schedule => d.exponentialDecay({ initial: 0.1, decayRate: 0.9, decaySteps: d.epochs(1) })

/** Training and what it takes: optimizers, schedules, metrics; and expressions. */
export const trainCases: readonly Case[] = [
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

  ...['f1', 'precision', 'recall'].map((of) => metric(of, () => [{ average: 'micro', name: 'mine' }])),
  metric('auc', () => [{ average: 'macro', name: 'area' }]),
  metric('topKAccuracy', () => [{ k: 2, name: 'top' }]),
  plain('confusionMatrix', () => [names(), names().reverse(), { classes: ['red', 'green', 'blue'] }], String),
  plain('confusionMatrix', () => [[1, 2, 1], new Int16Array([2, 2, 1])], String),

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
    followed,
  ),
  plain(
    'minimize',
    (world) => [
      ({ theta }: { theta: d.Expression }, { inputs, targets }: Record<'inputs' | 'targets', d.Expression>) =>
        ops.mean(ops.square(ops.subtract(ops.matmul(inputs, theta), targets))),
      { theta: { data: new Float32Array(2), shape: [2, 1] } },
      { data: world.own(regression()), batchSize: 4, shuffle: true, steps: 10, optimizer: 'sgd' },
    ],
    followed,
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
]
