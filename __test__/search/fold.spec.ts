/** How one fold is trained: who looks at validation rows, and what is left when nobody wants its result. */
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  adam,
  type CustomMetric,
  choice,
  cosineDecay,
  crossValidate,
  type Dataset,
  kFold,
  reduceOnPlateau,
  regretBound,
  searchSpace,
  sgd,
  targetReached,
  tune,
  warmup,
} from '../../src/index.ts'
import { readCandidate } from '../../src/search/candidate.ts'
import { runFold } from '../../src/search/fold.ts'
import type { EpochRecord } from '../../src/train/history.ts'
import { line, regressor, rejectsCode } from '../helpers.ts'

/** A metric that counts how often it is asked about so many rows. */
function counter(rows: number): { metric: CustomMetric<'rows'>; count: number } {
  const found = {
    count: 0,
    metric: {
      name: 'rows' as const,
      evaluate({ shape }: { readonly shape: readonly number[] }) {
        if (shape[0] === rows) found.count++
        return 0
      },
    },
  }
  return found
}

test('validation rows are looked at while training goes on only where somebody asks', async (t) => {
  const asked = async (learningRate: number | ((step: number) => number), more: object = {}): Promise<number> => {
    const found = counter(20)
    await crossValidate(line(80), {
      build: () => ({
        network: regressor(),
        loss: 'meanSquaredError',
        optimizer: sgd({ learningRate }),
        epochs: 3,
        metrics: [found.metric],
        ...more,
      }),
      validation: kFold(4),
    })
    return found.count
  }
  const plateau = (monitor: string) => reduceOnPlateau({ initial: 0.01, monitor }) as unknown as () => number
  t.is(await asked(0.01), 0)
  t.is(await asked(cosineDecay({ initial: 0.01 }) as unknown as () => number), 0)
  t.is(await asked(plateau('loss')), 0)
  t.is(await asked(plateau('validation.loss')), 12)
  t.is(await asked(warmup({ steps: 2, then: plateau('validation.loss') }) as unknown as () => number), 12)
  t.is(await asked(() => 0.01), 12)
  t.is(await asked(warmup({ steps: 2, then: () => 0.01 }) as unknown as () => number), 12)
  t.is(await asked(0.01, { earlyStopping: { patience: 5 } }), 12)
})

test('a seed that is written out as undefined is that of the search', async (t) => {
  const more = { seed: undefined, threads: undefined }
  const values = async (given: object) => {
    const { predictions } = await crossValidate(line(), {
      build: () => ({ network: regressor(), loss: 'meanSquaredError', epochs: 2, ...given }),
      validation: kFold(2),
      seed: 7,
    })
    return predictions.data
  }
  t.deepEqual(await values(more), await values({}))
  t.notDeepEqual(await values({ seed: 8 }), await values({}))
})

const rows = line(40) as unknown as Dataset
const fold = { train: rows, validation: rows, places: undefined }
const candidate = (metric: CustomMetric) =>
  readCandidate('test', 'build()', {
    network: regressor(),
    loss: 'meanSquaredError',
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 1_000_000,
    metrics: [metric],
  })
const plan = (metric: CustomMetric, over: (record: EpochRecord) => boolean) => ({
  where: 'test',
  seed: 0,
  measures: [],
  threads: 1,
  signal: new AbortController().signal,
  watch: { metrics: [metric], over },
})

test('a fold whose watch throws has ended', async (t) => {
  const found = counter(40)
  const fault = new Error('the trial is lost')
  const run = runFold(
    candidate(found.metric),
    fold,
    plan(found.metric, () => {
      throw fault
    }),
  )
  t.is(await t.throwsAsync(run), fault)
  const { count } = found
  t.true(count > 0)
  // other tests may hold the event loop for a while
  for (let turn = 0; turn < 20; turn++) await sleep(5)
  t.is(found.count, count)
})

test('what fails after a fold was given up is of no concern', async (t) => {
  let given = false
  const metric = {
    name: 'late',
    evaluate() {
      if (given) throw new Error('late')
      return 0
    },
  }
  const { status } = await runFold(
    candidate(metric),
    fold,
    plan(metric, () => {
      given = true
      // the next epoch ends meanwhile
      for (const end = performance.now() + 50; performance.now() < end; );
      return true
    }),
  )
  t.is(status, 'given up')
})

test('data that cannot be used leave no rows to validate on open', async (t) => {
  const held = line()
  const views: Dataset<never>[] = []
  const take = held.take.bind(held)
  held.take = (size) => {
    const view = take(size)
    views.push(view)
    return view
  }
  const closed = line()
  closed.close()
  const build = () => ({ network: regressor(), loss: 'meanSquaredError' as const })
  await rejectsCode(t, 'ERR_CLOSED', () => crossValidate(closed, { build, validation: held }))
  const space = searchSpace({ nothing: choice([1]) })
  const options = { space, build, validation: held, metric: 'loss' } as const
  await rejectsCode(t, 'ERR_DATA', () => tune({} as never, options))
  await rejectsCode(t, 'ERR_CLOSED', () => tune(closed, { ...options, stopping: targetReached(0) }))
  await rejectsCode(t, 'ERR_OPTION', () => tune(line(), { ...options, stopping: regretBound() }))
  t.deepEqual(
    views.filter((view) => !view.closed),
    [],
  )
})
