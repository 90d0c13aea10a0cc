/** How `tune` and its trials end: by stop(), early stopping, numbers that are none, and rules that the data do not allow. */
import test from 'ava'
import {
  adam,
  choice,
  dense,
  fit,
  input,
  int,
  kFold,
  listStudies,
  median,
  memory,
  noPruner,
  random,
  searchSpace,
  sequential,
  standardize,
  threshold,
  tune,
} from '../../src/index.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'

const space = searchSpace({ units: int(2, 32) })
const build = ({ units }: { readonly units: number }) => ({
  network: sequential([input({ shape: [4] }), standardize(), dense(units, { activation: 'tanh' }), dense(3)]),
  loss: 'crossEntropy' as const,
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 2,
})
const options = { space, build, metric: 'accuracy', validation: kFold(3), sampler: random() } as const

/** Stops a search after three trials; `then` is called when its winner is built, and may change it. */
function stopped(times: number, then: (stop: () => void) => object) {
  let built = 0
  let ending = false
  const run = tune(iris(), {
    ...options,
    workers: 1,
    build: (params) => {
      if (!ending) return build(params)
      built++
      return { ...build(params), ...then(() => run.stop()) }
    },
  })
  const work = async () => {
    let count = 0
    for await (const _ of run) {
      if (++count !== 3) continue
      ending = true
      for (let time = 0; time < times; time++) run.stop()
    }
    return { ...(await run), built }
  }
  return work()
}

test('a search that is stopped trains its winner to the end', async (t) => {
  const { status, best, model, built, study } = await stopped(1, () => ({}))
  t.is(status, 'stopped')
  t.is(built, 1)
  const { network, ...rest } = build(best?.params as { units: number })
  const alone = await fit(network, iris(), rest)
  t.deepEqual(model?.weights(), alone.model.weights() as never)
  await study.close()
})

test('stopped while the winner is trained, there is no model; stopped twice before, there is one', async (t) => {
  const once = await stopped(1, (stop) => {
    setTimeout(stop, 50)
    return { epochs: 100_000_000 }
  })
  t.deepEqual([once.status, once.built, once.model], ['stopped', 1, undefined])
  t.not(once.best, undefined)
  const twice = await stopped(2, () => ({}))
  t.deepEqual([twice.status, twice.built], ['stopped', 1])
  t.not(twice.model, undefined)
})

test('what early stopping cannot be is an error before anything is trained, with a pruner of steps as well', async (t) => {
  const search = () =>
    tune(iris(), {
      ...options,
      pruner: median(),
      trials: 2,
      build: (params) => ({ ...build(params), earlyStopping: { patience: -1 } }),
    })
  await rejectsCode(t, 'ERR_OPTION', search)
})

test('a rule that the data do not allow leaves no study behind', async (t) => {
  for (const reshuffle of [false, true]) {
    const storage = memory()
    const kept = { ...options, trials: 2, storage, name: 's', reshuffle }
    await rejectsCode(t, 'ERR_OPTION', () => tune(iris(), { ...kept, validation: kFold(500) }), /kFold/)
    t.deepEqual(await listStudies(storage), [])
    const { trials, study } = await tune(iris(), { ...kept, validation: kFold(5) })
    t.is(trials.length, 2)
    await study.close()
  }
})

test('a fold whose metric is NaN makes a failed trial, whatever the pruner', async (t) => {
  for (const pruner of [undefined, noPruner(), median()]) {
    let calls = 0
    const metric = { name: 'mine', evaluate: () => (calls++ % 2 === 0 ? 1 : Number.NaN) }
    const { trials, study } = await tune(iris(), {
      ...options,
      trials: 1,
      metric,
      ...(pruner === undefined ? {} : { pruner }),
      // for pruners of steps the metric is that of an epoch too
      build: (params) => ({ ...build(params), epochs: 1 }),
    })
    t.like(trials[0], { status: 'failed', reason: 'NaN' })
    await study.close()
  }
})

test('a trial whose last fold was ended by early stopping is completed, whatever its last epoch was like', async (t) => {
  const plan = {
    space: searchSpace({ nothing: choice([1]) }),
    build: () => ({
      network: classifier(),
      loss: 'crossEntropy' as const,
      epochs: 4,
      // no epoch is so much better than the first, so that the second ends it
      earlyStopping: { monitor: 'loss', patience: 1, minDelta: 1e9 },
    }),
    metric: 'loss',
    validation: kFold(2),
    trials: 1,
  } as const
  // a loss is never below 0: the last epoch of the last fold is step 6, the one before step 5
  const last = await tune(clouds(), { ...plan, pruner: threshold({ upper: -1, warmupSteps: 6 }) })
  t.like(last.trials[0], { status: 'completed', steps: { steps: [1, 2, 5, 6] } })
  const before = await tune(clouds(), { ...plan, pruner: threshold({ upper: -1, warmupSteps: 5 }) })
  t.like(before.trials[0], { status: 'pruned', steps: { steps: [1, 2, 5] } })
})

test('two metrics of the caller with one name are told apart', async (t) => {
  const first = { name: 'mine', evaluate: () => 1 }
  const plan = {
    space: searchSpace({ nothing: choice([1]) }),
    validation: kFold(2),
    metric: first,
    trials: 1,
    pruner: median(),
  } as const
  const own = (metrics: readonly (typeof first)[]) => () => ({
    network: regressor(),
    loss: 'meanSquaredError' as const,
    epochs: 2,
    metrics,
  })
  const run = (metrics: readonly (typeof first)[]) => () => tune(line(), { ...plan, build: own(metrics) })
  await rejectsCode(t, 'ERR_OPTION', run([{ name: 'mine', evaluate: () => 2 }]), /must not have the name of the metric/)
  t.is((await run([first])()).best?.value, 1)
  t.is((await run([{ ...first }])()).best?.value, 1)
})
