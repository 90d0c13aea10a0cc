/** `stop()` may be called as often as anybody likes, also when there is nothing left to stop. */
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  compareModels,
  createStudy,
  crossValidate,
  fit,
  float,
  kFold,
  minimize,
  type Run,
  random,
  searchSpace,
  sgd,
} from '../../src/index.ts'
import { square } from '../../src/ops.ts'
import { startRun } from '../../src/train/run.ts'
import { line, regressor } from '../helpers.ts'

const endless = {
  loss: 'meanSquaredError',
  optimizer: sgd({ learningRate: 1e-6 }),
  epochs: 100_000_000,
} as const
const candidate = { network: regressor(), ...endless }
const validation = kFold(2)
const study = await createStudy({
  space: searchSpace({ x: float(0, 1) }),
  direction: 'minimize',
  sampler: random(),
})
const runs: Readonly<Record<string, () => Run<unknown, { readonly status: string }>>> = {
  fit: () => fit(regressor(), line(), endless),
  minimize: () => minimize(({ x }) => square(x), { x: 1 }, { optimizer: sgd({ learningRate: 1e-6 }), steps: 1e9 }),
  crossValidate: () => crossValidate(line(), { build: () => candidate, validation }),
  compareModels: () =>
    compareModels(line(), { candidates: { a: candidate, b: candidate }, validation, metric: 'loss' }),
  optimize: () =>
    study.optimize(async ({ x }) => {
      await sleep(1)
      return x
    }),
}

for (const [name, start] of Object.entries(runs))
  test(`${name}: stopped twice, and when it has ended`, async (t) => {
    const run = start()
    await sleep(30)
    run.stop()
    run.stop()
    t.is((await run).status, 'stopped')
    run.stop()
    t.is((await run).status, 'stopped')
  })

test('the work learns of each call', async (t) => {
  let calls = 0
  const run = startRun<never, void>(async (context) => {
    context.onStop = () => {
      calls++
    }
    await sleep(20)
    t.true(context.stopped)
  })
  await sleep(5)
  run.stop()
  run.stop()
  await run
  t.is(calls, 2)
})
