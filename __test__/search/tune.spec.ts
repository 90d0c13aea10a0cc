/** What `tune` finds: the trials, their values, the winner. */
import test from 'ava'
import {
  adam,
  choice,
  compareModels,
  crossValidate,
  fit,
  grid,
  holdout,
  kFold,
  manual,
  median,
  noImprovement,
  noPruner,
  random,
  regretBound,
  searchSpace,
  threshold,
  tune,
} from '../../src/index.ts'
import { classifier, clouds, rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'
import { essence, hash } from './tuned/essence.ts'
import { build, options } from './tuned/search.ts'

test('the same trials and weights with 1, 2 and 8 workers', async (t) => {
  const results = []
  for (const workers of [1, 2, 8]) {
    const { trials, model, study, best } = await tune(iris(), { ...options, workers })
    results.push({ trials: essence(trials), weights: hash(model), best: best?.number })
    await study.close()
  }
  t.deepEqual(results[1], results[0])
  t.deepEqual(results[2], results[0])
  const { trials } = results[0] as { trials: { status: string; folds: number[] }[] }
  t.is(trials.length, 12)
  // the default pruner has something to do
  t.true(trials.some(({ status }) => status === 'pruned'))
  t.true(trials.every(({ status, folds }) => (status === 'completed' ? folds.length === 4 : folds.length < 4)))
})

test('a value is the mean of cross-validation; the winner is a fit on all data', async (t) => {
  const data = iris()
  const { best, model, trials, status, study } = await tune(data, { ...options, trials: 6, pruner: noPruner() })
  t.is(status, 'completed')
  for (const { params, value, folds } of trials) {
    const { mean, folds: records } = await crossValidate(data, {
      build: () => build(params),
      validation: kFold(4),
      metrics: ['accuracy'],
      seed: 3,
    })
    t.is(value, mean.accuracy)
    t.deepEqual(
      folds.values,
      records.map(({ accuracy }) => accuracy),
    )
  }
  t.is(best?.value, Math.max(...trials.map(({ value = 0 }) => value)))
  if (best === undefined) return t.fail()
  const { network, ...fitOptions } = build(best.params)
  const alone = await fit(network, data, { ...fitOptions, seed: 3 })
  t.is(hash(model), hash(alone.model))
  await study.close()
  t.false(data.closed)
})

test('early stopping inside folds; the winner is trained for the mean of the best epochs', async (t) => {
  const data = clouds(90)
  const stopping = () => ({
    network: classifier(),
    loss: 'crossEntropy' as const,
    optimizer: adam({ learningRate: 0.3 }),
    epochs: 60,
    earlyStopping: { patience: 3 },
  })
  const { best, model, study } = await tune(data, {
    space: searchSpace({ nothing: choice([1]) }),
    build: stopping,
    metric: 'loss',
    validation: kFold(3),
    trials: 1,
  })
  const { folds } = await crossValidate(data, { build: stopping, validation: kFold(3) })
  t.deepEqual(
    best?.attributes.bestEpochs,
    folds.map(({ bestEpoch = 0 }) => bestEpoch),
  )
  const mean = folds.reduce((sum, { bestEpoch = 0 }) => sum + bestEpoch, 0) / 3
  const { network, earlyStopping, ...rest } = stopping()
  const alone = await fit(network, data, { ...rest, epochs: Math.round(mean) })
  t.is(hash(model), hash(alone.model))
  await study.close()
})

test('pruners of steps see every epoch of every fold', async (t) => {
  const { trials, study } = await tune(iris(), {
    ...options,
    trials: 20,
    pruner: median({ startupTrials: 3 }),
    metric: 'loss',
    validation: kFold(2),
  })
  const completed = trials.filter(({ status }) => status === 'completed')
  const pruned = trials.filter(({ status }) => status === 'pruned')
  t.true(completed.length > 0 && pruned.length > 0)
  for (const { steps, folds, value } of completed) {
    t.deepEqual([...steps.steps], [1, 2, 3, 4, 5, 6, 7, 8])
    // the last epoch of a fold with those before is the mean so far
    t.is(steps.values[3], folds.values[0])
    t.is(steps.values[7], value)
  }
  for (const { steps, value } of pruned) t.is(value, steps.values.at(-1))
  await study.close()
  const again = await tune(iris(), {
    ...options,
    trials: 20,
    pruner: median({ startupTrials: 3 }),
    metric: 'loss',
    validation: kFold(2),
    workers: 7,
  })
  t.deepEqual(essence(again.trials), essence(trials))
})

test('a trial that has been trained to its end is completed, whatever its last epoch was like', async (t) => {
  const plan = { ...options, metric: 'loss', validation: kFold(2), trials: 3 } as const
  // a loss is never below 0, so these prune what they look at: from the last epoch, or from the last but one
  const last = await tune(iris(), { ...plan, pruner: threshold({ upper: -1, warmupSteps: 8 }) })
  t.deepEqual(
    last.trials.map(({ status, folds }) => [status, folds.values.length]),
    [0, 1, 2].map(() => ['completed', 2]),
  )
  const before = await tune(iris(), { ...plan, pruner: threshold({ upper: -1, warmupSteps: 7 }) })
  t.deepEqual(
    before.trials.map(({ status, folds }) => [status, folds.values.length]),
    [0, 1, 2].map(() => ['pruned', 1]),
  )
})

test('stopping rules, refit: false, samplers, a data set to validate on', async (t) => {
  const [train, validation] = iris().split(0.3)
  const { model, status, trials, study } = await tune(train, {
    ...options,
    validation,
    sampler: manual([
      { learningRate: 0.1, units: 8, batchSize: 8 },
      { learningRate: 1e-4, units: 2, batchSize: 16 },
    ]),
    refit: false,
  })
  t.is(model, undefined)
  t.is(status, 'exhausted')
  t.is(trials.length, 2)
  t.true((trials[0]?.value ?? 0) > (trials[1]?.value ?? 1))
  t.deepEqual(trials[0]?.folds.steps.length, 1)
  await study.close()
  let built = 0
  const counted = (params: Parameters<typeof build>[0]) => {
    built++
    return build(params)
  }
  for (const one of [holdout(0.3), validation]) {
    const run = () => tune(train, { ...options, build: counted, validation: one, stopping: regretBound() })
    await rejectsCode(t, 'ERR_OPTION', run, /tune: stopping: regretBound needs a tolerance where there is one fold/)
  }
  t.is(built, 0)
  const ruled = await tune(iris(), {
    ...options,
    trials: 200,
    stopping: noImprovement({ trials: 5 }),
    sampler: random(),
  })
  t.is(ruled.status, 'stopped')
  t.true(ruled.trials.length < 200)
  await ruled.study.close()
})

test('reshuffle draws other folds for each trial, and repeats', async (t) => {
  const same = {
    ...options,
    trials: 3,
    space: searchSpace({ nothing: choice([1, 2, 3]) }),
    sampler: grid(),
    pruner: noPruner(),
    build: () => build({ learningRate: 0.02, units: 6, batchSize: 8 }),
    metric: 'loss',
  } as const
  const fixed = await tune(iris(), same)
  t.is(new Set(fixed.trials.map(({ value }) => value)).size, 1)
  const drawn = await tune(iris(), { ...same, reshuffle: true })
  t.is(new Set(drawn.trials.map(({ value }) => value)).size, 3)
  t.deepEqual(essence((await tune(iris(), { ...same, reshuffle: true, workers: 1 })).trials), essence(drawn.trials))
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => tune(iris(), { ...same, reshuffle: true, validation: kFold(3, { shuffle: false }) }),
    /reshuffle needs/,
  )
})

test('the best of tune is what compareModels says of it', async (t) => {
  const data = iris()
  const { trials } = await tune(data, { ...options, trials: 2, pruner: noPruner() })
  const { models } = await compareModels(data, {
    candidates: { a: () => build(trials[0]?.params as never), b: () => build(trials[1]?.params as never) },
    validation: kFold(4),
    metric: 'accuracy',
    seed: 3,
  })
  t.deepEqual(
    [models.a.mean, models.b.mean],
    trials.map(({ value }) => value),
  )
})
