/** What `tune` cannot do, and how it says so. */
import test from 'ava'
import { adam, choice, grid, holdout, kFold, memory, reduceOnPlateau, searchSpace, sgd, tune } from '../../src/index.ts'
import { clouds, line, regressor, rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'
import { build, options } from './tuned/search.ts'

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
    build: (params: Parameters<typeof build>[0]) => ({ ...build(params), epochs: 100_000_000 }),
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
