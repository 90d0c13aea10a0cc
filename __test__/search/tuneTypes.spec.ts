import test from 'ava'
import { expectTypeOf } from 'expect-type'
import {
  adam,
  choice,
  compareModels,
  crossValidate,
  dataset,
  dense,
  float,
  functional,
  input,
  kFold,
  type Model,
  type Network,
  searchSpace,
  sequential,
  type Tensor,
  type TuneFoldProgress,
  type TuneProgress,
  tune,
} from '../../src/index.ts'
import { classifier, clouds, rejectsCode } from '../helpers.ts'

const space = searchSpace({
  learningRate: float(1e-4, 1, { scale: 'log' }),
  optimizer: choice({ adam: {}, sgd: { momentum: float(0, 0.9) } }),
})

test('params, labels and models follow from space and data', async (t) => {
  const run = tune(clouds(), {
    space,
    build: (params) => {
      expectTypeOf(params.learningRate).toEqualTypeOf<number>()
      expectTypeOf(params.optimizer.kind).toEqualTypeOf<'adam' | 'sgd'>()
      // @ts-expect-error there is no such parameter
      void params.units
      return {
        network: classifier(),
        loss: 'crossEntropy',
        optimizer: adam({ learningRate: params.learningRate }),
        epochs: 1,
      }
    },
    metric: 'accuracy',
    validation: kFold(2),
    trials: 1,
  })
  for await (const record of run) expectTypeOf(record).toExtend<TuneProgress<{ readonly learningRate: number }>>()
  const { model, best, study, status } = await run
  expectTypeOf(model).toEqualTypeOf<Model<string> | undefined>()
  expectTypeOf(best?.params.learningRate).toEqualTypeOf<number | undefined>()
  expectTypeOf(status).toEqualTypeOf<'completed' | 'stopped' | 'exhausted'>()
  await study.close()
  const others = dataset({ inputs: [[1, 2]], labels: [1] })
  const build = () => ({ network: classifier(), loss: 'crossEntropy' as const })
  // @ts-expect-error a data set with other labels
  await rejectsCode(t, 'ERR_DATA', () => crossValidate(clouds(), { build, validation: others }))
})

test('records of folds are there for those who ask', async (t) => {
  const build = () => ({ network: classifier(), loss: 'crossEntropy' as const, epochs: 1 })
  const options = { space, build, metric: 'accuracy', validation: kFold(2), trials: 1 } as const
  const ended = tune(clouds(), { ...options, progress: 'trials' })
  for await (const { status } of ended) expectTypeOf(status).toEqualTypeOf<'completed' | 'pruned' | 'failed'>()
  const all = tune(clouds(), { ...options, progress: 'folds' })
  for await (const record of all) {
    expectTypeOf(record.status).toEqualTypeOf<'completed' | 'pruned' | 'failed' | 'running'>()
    expectTypeOf(record.params.learningRate).toEqualTypeOf<number>()
    if (record.status === 'running')
      expectTypeOf(record).toExtend<TuneFoldProgress<{ readonly learningRate: number }>>()
    // @ts-expect-error a trial that runs has not failed
    if (record.status === 'running') void record.reason
  }
  const either = tune(clouds(), { ...options, progress: Math.random() < 0.5 ? 'folds' : 'trials' })
  for await (const { status } of either)
    expectTypeOf(status).toEqualTypeOf<'completed' | 'pruned' | 'failed' | 'running'>()
  for (const run of [ended, all, either]) await (await run).study.close()
  // @ts-expect-error there is no such detail
  await rejectsCode(t, 'ERR_OPTION', () => tune(clouds(), { ...options, progress: 'epochs' }))
})

test('metrics and outputs are known by name', async (t) => {
  const { mean, folds, predictions } = await crossValidate(clouds(), {
    build: () => ({ network: classifier(), loss: 'crossEntropy', epochs: 1 }),
    validation: kFold(2),
    metrics: ['accuracy'],
  })
  expectTypeOf(mean).toEqualTypeOf<Readonly<Record<'loss' | 'accuracy', number>>>()
  expectTypeOf(folds[0]?.accuracy).toEqualTypeOf<number | undefined>()
  expectTypeOf(predictions).toEqualTypeOf<Tensor<Float32Array>>()
  // @ts-expect-error it was not asked for
  void mean.f1
  const network: Network<'a' | 'b'> = functional({ input: input({ shape: [2] }) }, ({ input: x }) => ({
    a: dense(1)(x),
    b: dense(1)(x),
  }))
  const inputs = {
    input: [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ],
  }
  const data = dataset({ inputs, targets: { a: [1, 2, 3, 4], b: [1, 2, 3, 4] } })
  const several = await crossValidate(data, {
    build: () => ({ network, loss: { a: 'huber', b: 'huber' }, epochs: 1 }),
    validation: kFold(2),
    metrics: { a: ['r2'] },
  })
  expectTypeOf(several.mean).toEqualTypeOf<Readonly<Record<'loss' | 'a/loss' | 'b/loss' | 'a/r2', number>>>()
  expectTypeOf(several.predictions.b).toEqualTypeOf<Tensor<Float32Array>>()
  t.deepEqual(Object.keys(several.mean).sort(), ['a/loss', 'a/r2', 'b/loss', 'loss'])
})

test('candidates are known by name', async (t) => {
  const one = { network: sequential([input({ shape: [2] }), dense(3)]), loss: 'crossEntropy', epochs: 1 } as const
  const { models, best, differences } = await compareModels(clouds(), {
    candidates: { one, two: () => one },
    validation: kFold(2),
    metric: 'accuracy',
  })
  expectTypeOf(best).toEqualTypeOf<'one' | 'two' | undefined>()
  expectTypeOf(models.two.mean).toEqualTypeOf<number>()
  expectTypeOf(differences[0]?.first).toEqualTypeOf<'one' | 'two' | undefined>()
  // @ts-expect-error there is no such candidate
  t.is(models.three, undefined)
})
