import { createHash } from 'node:crypto'
import test from 'ava'
import {
  adam,
  choice,
  compareModels,
  crossValidate,
  dense,
  fit,
  float,
  grid,
  holdout,
  input,
  int,
  kFold,
  type Model,
  manual,
  median,
  memory,
  noImprovement,
  noPruner,
  random,
  reduceOnPlateau,
  regretBound,
  searchSpace,
  sequential,
  sgd,
  standardize,
  threshold,
  tune,
  wilcoxon,
} from '../../src/index.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'

const space = searchSpace({
  learningRate: float(1e-4, 1, { scale: 'log' }),
  units: int(2, 32, { scale: 'log' }),
  batchSize: choice([8, 16]),
})

const build = ({ learningRate, units, batchSize }: { learningRate: number; units: number; batchSize: number }) => ({
  network: sequential([input({ shape: [4] }), standardize(), dense(units, { activation: 'tanh' }), dense(3)]),
  loss: 'crossEntropy' as const,
  optimizer: adam({ learningRate }),
  epochs: 4,
  batchSize,
})

const options = { space, build, metric: 'accuracy', validation: kFold(4), trials: 12, seed: 3, lag: 4 } as const

/** A hash of all weights. */
function hash(model: Model<never> | undefined): string {
  const sum = createHash('sha256')
  for (const [name, { data }] of Object.entries(model?.weights() ?? {}))
    sum.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return sum.digest('hex').slice(0, 16)
}

/** What must not depend on workers or time. */
const essence = (
  trials: readonly {
    number: number
    params: unknown
    value?: number
    status: string
    folds: { values: readonly number[] }
  }[],
): unknown =>
  trials.map(({ number, params, value, status, folds }) => ({ number, params, value, status, folds: folds.values }))

test('the same trials and weights with 1, 2 and 8 workers', async (t) => {
  const results = []
  for (const workers of [1, 2, 8]) {
    const { trials, model, study, best } = await tune(iris(), { ...options, workers })
    results.push({ trials: essence(trials), weights: hash(model as never), best: best?.number })
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
  t.is(hash(model as never), hash(alone.model as never))
  await study.close()
  t.false(data.closed)
})

test('progress comes with the best so far', async (t) => {
  const run = tune(iris(), { ...options, trials: 5, workers: 1 })
  let [count, best] = [0, Number.NEGATIVE_INFINITY]
  for await (const record of run) {
    t.is(record.number, count++)
    if (record.status === 'completed') best = Math.max(best, record.value ?? 0)
    t.is(record.best?.value, best)
    t.true(record.seconds >= 0 && record.folds.length > 0)
    t.deepEqual(Object.keys(record.params), ['learningRate', 'units', 'batchSize'])
  }
  t.is(count, 5)
  await (await run).study.close()
})

test('records of folds: in order, from the start for each iterator, and nothing else changes', async (t) => {
  const whole = await tune(iris(), options)
  const run = tune(iris(), { ...options, progress: 'folds', workers: 3 })
  const records = []
  for await (const record of run) records.push(record)
  const { trials, model, study, best } = await run
  const replayed = []
  for await (const record of run) replayed.push(record)
  t.deepEqual(replayed, records)
  t.deepEqual(essence(trials), essence(whole.trials))
  t.is(hash(model as never), hash(whole.model as never))
  t.true(trials.some(({ status }) => status === 'pruned'))
  for (const { number, folds, status, value, params } of trials) {
    const own = records.filter((record) => record.number === number)
    t.is(own.length, folds.values.length + 1)
    const last = own.pop()
    if (last === undefined) return t.fail()
    t.deepEqual([last.status, last.value, last.params], [status, value, params])
    t.deepEqual([...last.folds], [...folds.values])
    let sum = 0
    own.forEach((record, index) => {
      sum += folds.values[index] ?? Number.NaN
      t.deepEqual([...record.folds], folds.values.slice(0, index + 1))
      t.is(record.status, 'running')
      t.deepEqual(record.params, params)
      t.is(record.value, sum / (index + 1))
      t.true(Object.isFrozen(record) && record.seconds >= 0 && record.seconds < 60)
    })
  }
  // the best so far is a trial that was completed, and gets better
  const heights = records.flatMap(({ best }) => (best === undefined ? [] : [best.value ?? Number.NaN]))
  t.deepEqual(
    heights,
    [...heights].sort((a, b) => a - b),
  )
  t.is(heights.at(-1), best?.value as number)
  for (const { best } of records) if (best !== undefined) t.is(trials[best.number]?.status, 'completed')
  t.is(records[0]?.best, undefined)
  await study.close()
  await whole.study.close()
})

test('a fold whose metric is NaN has a record without a value', async (t) => {
  const metric = { name: 'mine', evaluate: () => Number.NaN }
  const run = tune(iris(), {
    ...options,
    trials: 1,
    validation: kFold(2),
    metric,
    pruner: noPruner(),
    progress: 'folds',
  })
  const seen = []
  for await (const { status, folds, best, ...rest } of run) seen.push([status, folds.length, 'value' in rest, best])
  const running = ['running', 0, false, undefined]
  t.deepEqual(seen, [running, running, ['failed', 0, false, undefined]])
  await (await run).study.close()
})

test('a study goes on with other records, and stops in the middle of a trial', async (t) => {
  const whole = await tune(iris(), options)
  const storage = memory()
  const kept = { ...options, storage, name: 'iris' }
  const first = tune(iris(), { ...kept, progress: 'folds', workers: 1 })
  let folds = 0
  const ended = new Set<number>()
  for await (const { number, status } of first) {
    if (status !== 'running') ended.add(number)
    if (++folds === 9) first.stop()
  }
  const { study, status, trials } = await first
  t.is(status, 'stopped')
  t.is(trials.filter(({ status }) => status !== 'running').length, ended.size)
  t.true(ended.size < 9)
  await study.close()
  const second = tune(iris(), { ...kept, progress: 'folds' })
  const numbers = new Set<number>()
  for await (const { number, folds } of second) {
    // what was interrupted begins again with its first fold
    if (!numbers.has(number)) t.is(folds.length, 1)
    numbers.add(number)
  }
  // this call's trials, not those of the first
  t.deepEqual(
    [...numbers].filter((number) => ended.has(number)),
    [],
  )
  t.is(numbers.size + ended.size, 12)
  const done = await second
  t.deepEqual(essence(done.trials), essence(whole.trials))
  t.is(hash(done.model as never), hash(whole.model as never))
  await done.study.close()
  await whole.study.close()
})

test('the same call goes on where it stopped, to the same result', async (t) => {
  const whole = await tune(iris(), options)
  const storage = memory()
  const kept = { ...options, storage, name: 'iris' }
  const first = tune(iris(), { ...kept, workers: 2 })
  let seen = 0
  for await (const _ of first) if (++seen === 4) first.stop()
  const stopped = await first
  t.is(stopped.status, 'stopped')
  t.true(stopped.trials.filter(({ status }) => status !== 'running').length < 12)
  await stopped.study.close()
  const controller = new AbortController()
  const second = tune(iris(), { ...kept, signal: controller.signal })
  const reason = new Error('enough')
  for await (const { number } of second) {
    if (number < 6) continue
    controller.abort(reason)
    break
  }
  t.is(
    await second.then(
      () => undefined,
      (error: unknown) => error,
    ),
    reason,
  )
  const third = await tune(iris(), kept)
  t.is(third.status, 'completed')
  t.deepEqual(essence(third.trials), essence(whole.trials))
  t.is(hash(third.model as never), hash(whole.model as never))
  await third.study.close()
  // nothing is left to do
  const again = tune(iris(), kept)
  for await (const _ of again) t.fail()
  t.is(hash((await again).model as never), hash(whole.model as never))
  // more trials
  const more = await tune(iris(), { ...kept, trials: 14 })
  t.is(more.trials.length, 14)
  t.deepEqual(essence(more.trials.slice(0, 12)), essence(whole.trials))
})

test('other settings than those of the study are an error that names the difference', async (t) => {
  const storage = memory()
  const kept = { ...options, trials: 2, storage, name: 'iris' }
  await (await tune(iris(), kept)).study.close()
  const other =
    (more: object, data = iris()) =>
    () =>
      tune(data, { ...kept, ...more })
  await rejectsCode(
    t,
    'ERR_STORAGE',
    other({ seed: 4 }),
    /'iris' must be opened as it was created, but seed was 3, received 4/,
  )
  await rejectsCode(t, 'ERR_STORAGE', other({ metric: 'f1' }), /metric was "accuracy", received "f1"/)
  await rejectsCode(t, 'ERR_STORAGE', other({ validation: kFold(5) }), /validation was .*"k":4.*received .*"k":5/)
  await rejectsCode(t, 'ERR_STORAGE', other({ direction: 'minimize' }), /directions was/)
  await rejectsCode(t, 'ERR_STORAGE', other({ pruner: wilcoxon() }), /pruner was .*forgiving.*received .*wilcoxon/)
  await rejectsCode(t, 'ERR_STORAGE', other({ reshuffle: true }), /reshuffle was false, received true/)
  await rejectsCode(t, 'ERR_STORAGE', other({}, iris().take(149)), /data was .*"rows":150.*received .*"rows":149/)
  const narrower = searchSpace({
    learningRate: float(1e-3, 1, { scale: 'log' }),
    units: int(2, 32),
    batchSize: choice([8]),
  })
  await rejectsCode(t, 'ERR_STORAGE', other({ space: narrower }), /in its space/)
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
  t.is(hash(model as never), hash(alone.model as never))
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

test('a winner that could not be trained to its end is no model', async (t) => {
  // the second candidate is the winner's, on all of the data
  const second = (change: object, then: () => void = () => {}) => {
    let built = 0
    return () => {
      const first = built++ === 0
      if (!first) then()
      return {
        network: regressor(),
        loss: 'meanSquaredError' as const,
        optimizer: sgd({ learningRate: 0.01 }),
        epochs: 2,
        ...(first ? {} : change),
      }
    }
  }
  const plan = {
    space: searchSpace({ nothing: choice([1]) }),
    metric: 'loss',
    validation: kFold(2),
    trials: 1,
  } as const
  const wild = await tune(line(), { ...plan, build: second({ optimizer: sgd({ learningRate: 1e20 }) }) })
  t.deepEqual([wild.status, wild.best?.number, wild.model], ['completed', 0, undefined])
  const stop = (): unknown => setTimeout(() => long.stop(), 50)
  const long = tune(line(), { ...plan, build: second({ epochs: 100_000_000 }, stop) })
  const cut = await long
  t.deepEqual([cut.status, cut.best?.number, cut.model], ['completed', 0, undefined])
  t.not((await tune(line(), { ...plan, build: second({}) })).model, undefined)
})

test('a trial that diverges has failed with that reason, and the search goes on', async (t) => {
  const { trials, best, study } = await tune(line(), {
    space: searchSpace({ learningRate: choice([1e20, 0.1]) }),
    build: ({ learningRate }) => ({
      network: regressor(),
      loss: 'meanSquaredError',
      optimizer: sgd({ learningRate }),
      epochs: 3,
    }),
    metric: 'meanAbsoluteError',
    validation: kFold(3),
    sampler: grid(),
  })
  t.is(trials.length, 2)
  const wild = trials.find(({ params }) => params.learningRate === 1e20)
  t.like(wild, { status: 'failed', reason: 'diverged' })
  t.is(best?.params.learningRate, 0.1)
  await study.close()
})

test('what cannot be trained: the first trial rejects, later ones fail', async (t) => {
  const broken = { ...options, build: () => ({ ...build({ learningRate: 0.1, units: 2, batchSize: 8 }), epoch: 3 }) }
  await rejectsCode(t, 'ERR_OPTION', () => tune(iris(), broken as never), /"epoch"/)
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => tune(iris(), { ...options, build: () => 3 } as never),
    /build\(\) must give an object/,
  )
  const thrown = new Error('mine')
  const error = await rejectsCode(t, 'ERR_OPTION', () =>
    tune(iris(), {
      ...options,
      build: () => {
        throw thrown
      },
    }),
  )
  t.is(error.cause, thrown)
  await rejectsCode(t, 'ERR_SHAPE', () => tune(clouds(), options), /input must be/)
  const plateau = () => ({
    ...build({ learningRate: 0.1, units: 2, batchSize: 8 }),
    optimizer: adam({ learningRate: reduceOnPlateau({ initial: 0.1, monitor: 'validation.loss' }) }),
  })
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => tune(iris(), { ...options, build: plateau }),
    /tune: refit: the monitor of reduceOnPlateau must be one of loss/,
  )
  t.is((await tune(iris(), { ...options, build: plateau, trials: 2, refit: false })).trials.length, 2)
  const storage = memory()
  let calls = 0
  const later = {
    ...options,
    trials: 4,
    workers: 1,
    build: (params: Parameters<typeof build>[0]) => {
      if (calls++ === 2) throw thrown
      return build(params)
    },
    storage,
    name: 'later',
  }
  const { trials } = await tune(iris(), later)
  t.deepEqual(
    trials.map(({ status }) => status === 'failed'),
    [false, false, true, false],
  )
  t.regex(trials[2]?.reason ?? '', /mine/)
  // a first trial that could not be trained is tried again
  const kept = { ...options, trials: 3, storage, name: 'mended' }
  await rejectsCode(t, 'ERR_OPTION', () => tune(iris(), { ...kept, build: () => 3 } as never))
  t.is((await tune(iris(), kept)).trials.filter(({ status }) => status !== 'failed').length, 3)
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

test('abort, stop before the start, closed data', async (t) => {
  const reason = new Error('enough')
  const caught = (run: PromiseLike<unknown>): PromiseLike<unknown> =>
    run.then(
      () => undefined,
      (error: unknown) => error,
    )
  t.is(await caught(tune(iris(), { ...options, signal: AbortSignal.abort(reason) })), reason)
  const controller = new AbortController()
  const long = {
    ...options,
    build: (params: Parameters<typeof build>[0]) => ({ ...build(params), epochs: 1_000_000 }),
    signal: controller.signal,
  }
  setTimeout(() => controller.abort(reason), 100)
  t.is(await caught(tune(iris(), long)), reason)
  const run = tune(iris(), options)
  run.stop()
  const { status, trials, model } = await run
  t.deepEqual([status, trials.filter(({ status }) => status !== 'running').length, model], ['stopped', 0, undefined])
  const data = iris()
  const early = tune(data, { ...options, trials: 2, validation: holdout(0.2) })
  data.close()
  t.is((await early).trials.length, 2)
  await rejectsCode(t, 'ERR_CLOSED', () => tune(data, options))
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => tune(iris(), { ...options, metric: 'acuracy' } as never),
    /metric must be one of loss, accuracy/,
  )
  await rejectsCode(t, 'ERR_OPTION', () => tune(iris(), { ...options, space: {} } as never), /space/)
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => tune(iris(), { ...options, workers: 5000 }),
    /workers must be at most 4096, received 5000/,
  )
  await rejectsCode(t, 'ERR_OPTION', () => tune(iris(), { ...options, trials: 0 }), /trials must be an integer ≥ 1/)
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => tune(iris(), { ...options, progress: 'fold' } as never),
    /^tune: progress must be one of trials, folds, received "fold"/,
  )
})
