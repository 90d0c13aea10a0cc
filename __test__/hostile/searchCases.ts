import * as d from '../../src/index.ts'
import { followed, type Make, plain } from './calls.ts'
import { type Case, classifier, labelled, line, regression, type World } from './world.ts'

const candidate = (): d.Candidate => ({
  network: classifier(),
  loss: 'crossEntropy',
  optimizer: 'adam',
  epochs: 2,
  batchSize: 4,
  metrics: ['accuracy'],
  earlyStopping: { patience: 1 },
  validation: 0.4,
  seed: 1,
})

async function tuned(run: unknown, world: World): Promise<unknown> {
  const { study, model } = (await followed(run, world)) as d.TuneResult
  if (model !== undefined) world.own(model)
  await study.close()
  return study
}

/** What cannot be stopped is aborted soon. */
async function aborted(made: unknown, { controller, random }: World): Promise<unknown> {
  setTimeout(() => controller.abort(new Error('enough')), 200 + random.below(400)).unref()
  return made
}

/** A rule parts rows. */
function rule(of: string, make: Make): Case {
  return plain(of, make, (validation: d.Validation, world) =>
    followed(
      d.crossValidate(world.own(labelled()) as d.Dataset, { build: () => ({ ...candidate(), epochs: 1 }), validation }),
      world,
    ),
  )
}

export const searchCases: readonly Case[] = [
  rule('kFold', () => [2, { stratify: false, shuffle: true, seed: 1 }]),
  rule('holdout', () => [0.5, { stratify: true, shuffle: false, seed: 1 }]),
  rule('repeated', () => [d.holdout(0.5), 2]),
  rule('groupKFold', () => [['a', 'b', 'a', 'c', 'b', 'c'], 2]),
  rule('groupKFold', () => [new Int16Array([1, 2, 3, 1, 2, 3]), 3]),
  rule('timeSeriesSplit', () => [2, { gap: 1, testSize: 1, maxTrainSize: 2 }]),
  plain(
    'crossValidate',
    (world) => [
      world.own(labelled()),
      {
        build: candidate,
        validation: d.kFold(2),
        metrics: ['accuracy', d.f1(), { name: 'mine', evaluate: () => 1 }],
        probabilities: true,
        seed: 1,
        workers: 2,
        signal: world.controller.signal,
      },
    ],
    followed,
  ),
  plain(
    'crossValidate',
    (world) => [
      world.own(regression()),
      { build: () => ({ network: line(), loss: 'meanSquaredError' }), validation: world.own(regression()) },
    ],
    followed,
  ),
  plain(
    'compareModels',
    (world) => [
      world.own(labelled()),
      {
        candidates: { one: candidate, other: { ...candidate(), epochs: 1 } },
        validation: d.kFold(2),
        metric: 'accuracy',
        direction: 'maximize',
        level: 0.9,
        seed: 1,
        workers: 2,
        signal: world.controller.signal,
      },
    ],
    followed,
  ),
  plain(
    'findLearningRate',
    (world) => [
      classifier(),
      world.own(labelled()),
      {
        loss: 'crossEntropy',
        optimizer: 'adam',
        clipNorm: 1,
        clipValue: 1,
        batchSize: 4,
        classWeights: 'balanced',
        shuffle: true,
        seed: 1,
        threads: 1,
        from: 1e-4,
        to: 1,
        steps: 12,
        smoothing: 0.5,
        signal: world.controller.signal,
      },
    ],
    aborted,
  ),
  plain(
    'findLearningRate',
    (world) => [
      line(),
      world.own(regression()),
      {
        loss: 'meanSquaredError',
        lossWeights: undefined,
        targetTransform: 'standardize',
        steps: 10,
        signal: world.controller.signal,
      },
    ],
    aborted,
  ),
  plain(
    'findBatchSize',
    (world) => [
      line(),
      world.own(regression()),
      {
        loss: 'meanSquaredError',
        lossWeights: undefined,
        optimizer: 'adam',
        clipNorm: 1,
        clipValue: 1,
        targetTransform: 'standardize',
        threads: 1,
        candidates: [2, 4],
        milliseconds: 2,
        signal: world.controller.signal,
      },
    ],
    aborted,
  ),
  plain(
    'tune',
    (world) => [
      world.own(labelled()),
      {
        space: d.searchSpace({ learningRate: d.float(1e-3, 1, { scale: 'log' }), epochs: d.int(1, 3) }),
        build: ({ learningRate, epochs }: { learningRate: number; epochs: number }) => ({
          ...candidate(),
          optimizer: d.adam({ learningRate }),
          epochs,
        }),
        metric: 'accuracy',
        direction: 'maximize',
        validation: d.kFold(2),
        sampler: d.random(),
        trials: 4,
        pruner: d.forgiving(),
        stopping: d.noImprovement({ trials: 3 }),
        storage: d.memory(),
        name: 'hostile',
        seed: 1,
        lag: 2,
        workers: 2,
        refit: true,
        reshuffle: true,
        progress: 'folds',
        signal: world.controller.signal,
      },
    ],
    tuned,
  ),
]
