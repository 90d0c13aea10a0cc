/** What a search says while it runs. */
import test from 'ava'
import { kFold, noPruner, tune } from '../../src/index.ts'
import { iris } from './tables.ts'
import { essence, hash } from './tuned/essence.ts'
import { options } from './tuned/search.ts'

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
  t.is(hash(model), hash(whole.model))
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
  // nothing that the second fold gave would change it
  t.deepEqual(seen, [
    ['running', 0, false, undefined],
    ['failed', 0, false, undefined],
  ])
  await (await run).study.close()
})
