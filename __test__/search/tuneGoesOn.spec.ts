/** A search that was stopped goes on with the same call, to the same result; with another one it does not. */
import test from 'ava'
import { choice, float, int, kFold, memory, searchSpace, tune, wilcoxon } from '../../src/index.ts'
import { rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'
import { essence, hash } from './tuned/essence.ts'
import { options } from './tuned/search.ts'

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
  t.is(hash(done.model), hash(whole.model))
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
  t.is(hash(third.model), hash(whole.model))
  await third.study.close()
  // nothing is left to do
  const again = tune(iris(), kept)
  for await (const _ of again) t.fail()
  t.is(hash((await again).model), hash(whole.model))
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
