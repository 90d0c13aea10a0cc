import { setTimeout as later, setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import { fit, sgd } from '../../src/index.ts'
import { startRun } from '../../src/train/run.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

const long = { loss: 'crossEntropy', epochs: 100_000, batchSize: 4 } as const

test('a run can be awaited, iterated, and iterated again from the start', async (t) => {
  const run = fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 5 })
  const seen: number[] = []
  for await (const record of run) seen.push(record.epoch)
  t.deepEqual(seen, [1, 2, 3, 4, 5])
  const again: number[] = []
  for await (const record of run) again.push(record.epoch)
  t.deepEqual(again, seen)
  const { history } = await run
  t.is(history.length, 5)
})

test('break only stops looking', async (t) => {
  const run = fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 20 })
  for await (const record of run) if (record.epoch === 2) break
  const { history, status } = await run
  t.is(history.length, 20)
  t.is(status, 'completed')
})

test('two iterators see the same', async (t) => {
  const run = fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 10 })
  const look = async (): Promise<unknown[]> => {
    const seen: unknown[] = []
    for await (const record of run) seen.push(record)
    return seen
  }
  const [first, second] = await Promise.all([look(), look()])
  t.deepEqual(first, second)
})

test('it starts on the next tick, not at once', async (t) => {
  let started = false
  const run = startRun(async () => {
    started = true
  })
  t.false(started)
  await turn()
  t.true(started)
  await run
})

test('stop() ends early with what there is', async (t) => {
  const run = fit(classifier(), clouds(), long)
  for await (const record of run) if (record.epoch === 3) run.stop()
  run.stop()
  const { status, history, model } = await run
  t.is(status, 'stopped')
  t.true(history.length >= 3 && history.length < 100_000)
  t.is((await model.predict([[1, 2]])).data.length, 3)
})

test('stop() before it began gives the initial weights', async (t) => {
  const run = fit(classifier(), clouds(), long)
  run.stop()
  const { status, history } = await run
  t.is(status, 'stopped')
  t.is(history.length, 0)
})

test('abort before the start rejects with the reason', async (t) => {
  const reason = { why: 'enough' }
  const error = await t.throwsAsync(
    async () => fit(classifier(), clouds(), { ...long, signal: AbortSignal.abort(reason) }),
    { any: true },
  )
  t.is(error as unknown, reason)
})

test('abort while it runs rejects with the reason, soon', async (t) => {
  for (let round = 0; round < 10; round++) {
    const controller = new AbortController()
    const run = fit(classifier(), clouds(), { ...long, signal: controller.signal })
    setTimeout(() => controller.abort(round), round * 7)
    const error = await t.throwsAsync(async () => run, { any: true })
    t.is(error as unknown, round)
  }
})

test('a rejection reaches an iterator', async (t) => {
  const run = fit(regressor(), line(), { loss: 'meanSquaredError', optimizer: sgd({ learningRate: () => Number.NaN }) })
  await rejectsCode(t, 'ERR_OPTION', async () => {
    for await (const _ of run) t.fail()
  })
})

test('closing the data while it trains changes nothing', async (t) => {
  const data = clouds()
  const run = fit(classifier(), data, { loss: 'crossEntropy', epochs: 50, validation: 0.2 })
  await turn()
  data.close()
  t.is((await run).history.length, 50)
})

test('the event loop stays free', async (t) => {
  const controller = new AbortController()
  const run = fit(classifier(), clouds(), { ...long, signal: controller.signal })
  for await (const _ of run) break
  const late: number[] = []
  for (let round = 0; round < 100; round++) {
    const began = performance.now()
    await later(2)
    late.push(performance.now() - began - 2)
  }
  controller.abort()
  await t.throwsAsync(async () => run, { any: true })
  // work on this thread would come in chunks of 50 ms; single delays are the machine's
  const median = late.sort((a, b) => a - b)[50] ?? 0
  t.true(median < 15, `${median} ms`)
})
