import test from 'ava'
import {
  type CompareModelsOptions,
  compareModels,
  crossValidate,
  dataset,
  dense,
  functional,
  input,
  kFold,
  sequential,
  sgd,
} from '../../src/index.ts'
import { pairedDifference } from '../../src/search/statistics/paired.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'

const linear = { network: sequential([input({ shape: [4] }), dense(3)]), loss: 'crossEntropy', epochs: 4 } as const
const mlp = {
  network: sequential([input({ shape: [4] }), dense(16, { activation: 'relu' }), dense(3)]),
  loss: 'crossEntropy',
  epochs: 4,
} as const

test('each candidate as cross-validated alone, differences paired', async (t) => {
  const data = iris()
  const { models, differences, best, status } = await compareModels(data, {
    candidates: { linear, mlp: () => mlp, same: linear },
    validation: kFold(5),
    metric: 'accuracy',
    seed: 2,
    level: 0.9,
  })
  t.is(status, 'completed')
  for (const [name, candidate] of [
    ['linear', linear],
    ['mlp', mlp],
    ['same', linear],
  ] as const) {
    const { folds, mean, deviation } = await crossValidate(data, {
      build: () => candidate,
      validation: kFold(5),
      metrics: ['accuracy'],
      seed: 2,
    })
    t.deepEqual(models[name], {
      values: folds.map(({ accuracy }) => accuracy),
      mean: mean.accuracy,
      deviation: deviation.accuracy,
    })
  }
  t.deepEqual(
    differences.map(({ first, second }) => `${first} ${second}`),
    ['linear mlp', 'linear same', 'mlp same'],
  )
  const { first, second, ...difference } = differences[0] as (typeof differences)[0]
  t.deepEqual(difference, pairedDifference(models.linear.values, models.mlp.values, 30 / 120, 0.9))
  t.like(differences[1], { mean: 0, deviation: 0, p: 1 })
  t.is(best, models.mlp.mean > models.linear.mean ? 'mlp' : 'linear')
})

test('what is an error should be small', async (t) => {
  const slow = { network: regressor(), loss: 'meanSquaredError', optimizer: sgd({ learningRate: 1e-6 }) } as const
  const fast = { network: regressor(), loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.1 }) } as const
  for (const metric of ['loss', 'meanAbsoluteError', 'r2'] as const) {
    const { best } = await compareModels(line(), { candidates: { slow, fast }, validation: kFold(3), metric })
    t.is(best, 'fast', metric)
  }
  const { best } = await compareModels(line(), {
    candidates: { slow, fast },
    validation: kFold(3),
    metric: 'loss',
    direction: 'maximize',
  })
  t.is(best, 'slow')
})

test('one that diverges loses', async (t) => {
  const wild = { network: regressor(), loss: 'meanSquaredError', optimizer: sgd({ learningRate: 1e20 }) } as const
  const tame = { network: regressor(), loss: 'meanSquaredError' } as const
  const { models, differences, best } = await compareModels(line(), {
    candidates: { wild, tame },
    validation: kFold(2),
    metric: 'loss',
  })
  t.is(best, 'tame')
  t.true(Number.isNaN(models.wild.mean) && Number.isNaN(differences[0]?.p))
})

test('the same for any number of workers; records as folds end', async (t) => {
  const compare = (workers: number) =>
    compareModels(clouds(40), {
      candidates: {
        a: { network: classifier(), loss: 'crossEntropy', epochs: 2 },
        b: { network: classifier(), loss: 'crossEntropy', epochs: 3 },
      },
      validation: kFold(4),
      metric: 'accuracy',
      workers,
    })
  const run = compare(1)
  const seen: string[] = []
  for await (const { candidate, fold } of run) seen.push(`${candidate}${fold}`)
  t.deepEqual(seen, ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4'])
  t.deepEqual(await compare(8), await run)
})

test('stop() compares the folds that all have finished', async (t) => {
  const run = compareModels(iris(), {
    candidates: { linear, mlp },
    validation: kFold(5),
    metric: 'accuracy',
    workers: 1,
  })
  for await (const { candidate, fold } of run) if (candidate === 'mlp' && fold === 2) run.stop()
  const { models, status } = await run
  t.is(status, 'stopped')
  t.true(models.mlp.values.length >= 2 && models.mlp.values.length < 5)
  t.is(models.linear.values.length, models.mlp.values.length)
})

test('several outputs by name', async (t) => {
  const network = functional({ input: input({ shape: [2] }) }, ({ input }) => ({
    a: dense(1)(input),
    b: dense(1)(input),
  }))
  const inputs = Array.from({ length: 20 }, (_, row) => [row / 20, 1])
  const data = dataset({
    inputs: { input: inputs },
    targets: { a: inputs.map(([x = 0]) => x), b: inputs.map(([x = 0]) => 2 * x) },
  })
  const loss = { a: 'meanSquaredError', b: 'meanSquaredError' } as const
  const candidates = { short: { network, loss, epochs: 1 }, long: { network, loss, epochs: 40 } }
  const { best } = await compareModels(data, { candidates, validation: kFold(2), metric: 'b/rootMeanSquaredError' })
  t.is(best, 'long')
})

test('options', async (t) => {
  const compare =
    (options: object): (() => PromiseLike<unknown>) =>
    () =>
      compareModels(iris(), {
        candidates: { linear, mlp },
        validation: kFold(3),
        metric: 'accuracy',
        ...options,
      } as CompareModelsOptions)
  await rejectsCode(t, 'ERR_OPTION', compare({ candidates: { linear } }), /at least two/)
  await rejectsCode(t, 'ERR_OPTION', compare({ candidates: [linear, mlp] }), /record of at least two/)
  await rejectsCode(t, 'ERR_OPTION', compare({ candidates: { linear, mlp: 3 } }), /candidates.mlp must give/)
  await rejectsCode(t, 'ERR_OPTION', compare({ metric: 'acuracy' }), /metric must be one of loss, accuracy/)
  await rejectsCode(t, 'ERR_OPTION', compare({ metric: 'r2' }), /must compare classes/)
  await rejectsCode(t, 'ERR_OPTION', compare({ workers: 5000 }), /workers must be at most 4096, received 5000/)
  await rejectsCode(t, 'ERR_OPTION', compare({ level: 1 }), /level must be in \(0, 1\)/)
})
