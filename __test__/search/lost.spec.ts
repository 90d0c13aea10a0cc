/** What a study does when a trial, its space or its storage is taken from under it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  createStudy,
  float,
  memory,
  openStudy,
  random,
  type Storage,
  type Study,
  searchSpace,
  sqlite,
  tpe,
} from '../../src/index.ts'
import type { FinishedPoint, SamplerPlan } from '../../src/search/samplers/sampler.ts'
import { begin, readSettings } from '../../src/search/study/create.ts'
import { createFeed } from '../../src/search/study/feed.ts'
import { coreOf } from '../../src/search/study/study.ts'
import { connectionOf } from '../../src/storage/plan.ts'
import { rejectsCode } from '../helpers.ts'

const space = searchSpace({ x: float(0, 1) })
const folder = mkdtempSync(join(tmpdir(), 'downslope-lost-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))
const storages = { memory: () => memory(), sqlite: () => sqlite(join(folder, 'studies.db')) }
const pair = async (options: object = {}): Promise<[Study<{ x: number }>, Study<{ x: number }>]> => {
  const { storage = memory() } = options as { storage?: Storage }
  const one = await createStudy({ space, direction: 'minimize', seed: 3, name: 's', ...options, storage })
  return [one, await openStudy({ space, storage, name: 's' })]
}
/** As if this worker had been taken for dead. */
const lose = (study: Study<{ x: number }>, number: number): void => coreOf('test', study).log.release(number, 1)

for (const [kind, make] of Object.entries(storages))
  test(`${kind}: a trial that somebody else has taken is theirs, and the study goes on`, async (t) => {
    const [one, other] = await pair({ sampler: tpe({ startup: 2 }), lag: 1, storage: make() })
    await one.optimize(({ x }) => x, { trials: 3 })
    const mine = await one.ask()
    lose(one, 3)
    await coreOf('test', one).log.flush()
    const theirs = await other.ask()
    t.is(theirs.number, 3)
    t.is(theirs.attempt, 2)
    await rejectsCode(t, 'ERR_CLOSED', () => mine.tell(-100), /attempt 1 of trial 3 has ended/)
    t.like(one.trials[3], { status: 'running', attempt: 2, values: [] })
    t.false('finished' in (one.trials[3] ?? {}))
    t.not(one.best?.number, 3)
    await rejectsCode(t, 'ERR_BUSY', () => one.ask(), /must wait for trial 3/)
    await theirs.tell(0.5)
    const { trials } = await one.optimize(({ x }) => x, { trials: 6 })
    t.is(trials.length, 6)
    t.like(one.trials[3], { status: 'completed', attempt: 2, values: [0.5] })
    await using undisturbed = await createStudy({
      space,
      direction: 'minimize',
      seed: 3,
      sampler: tpe({ startup: 2 }),
      lag: 1,
    })
    await undisturbed.optimize(({ x }, { number }) => (number === 3 ? 0.5 : x), { trials: 10 })
    t.deepEqual(
      one.trials.map(({ params }) => params),
      undisturbed.trials.map(({ params }) => params),
    )
    await one.close()
    await other.close()
  })

for (const [kind, make] of Object.entries(storages))
  test(`${kind}: a trial that was lost is run again, and does not end the run`, async (t) => {
    await using study = await createStudy({
      space,
      direction: 'minimize',
      sampler: random(),
      storage: make(),
      name: 'l',
    })
    const objective = async (
      _: unknown,
      { number, attempt }: { readonly number: number; readonly attempt: number },
    ) => {
      if (number === 2 && attempt === 1) lose(study, 2)
      return number * 10 + attempt
    }
    const run = study.optimize(objective, { totalTrials: 5, workers: 2 })
    const seen: number[] = []
    for await (const { value } of run) seen.push(value as number)
    t.deepEqual(
      seen.toSorted((a, b) => a - b),
      [1, 11, 22, 31, 41],
    )
    const { trials } = await run
    t.deepEqual(
      trials.map(({ value }) => value),
      [1, 11, 22, 31, 41],
    )
  })

test('an objective that ends after its run was aborted changes nothing', async (t) => {
  await using study = await createStudy({ space, direction: 'minimize', sampler: random() })
  const controller = new AbortController()
  const reason = new Error('enough')
  let late: Promise<void> | undefined
  const deaf = (_: unknown, trial: { report(step: number, value: number): void }): Promise<number> => {
    const work = sleep(30).then(() => {
      trial.report(0, 1)
      return 1
    })
    late = work.then(
      () => {},
      () => {},
    )
    controller.abort(reason)
    return work
  }
  t.is(await t.throwsAsync(study.optimize(deaf, { signal: controller.signal, workers: 1 })), reason)
  await late
  await sleep(5)
  t.is(study.trials[0]?.status, 'running')
  t.deepEqual(study.trials[0]?.steps.steps, [])
  const { trials } = await study.optimize(({ x }) => x, { trials: 3 })
  t.deepEqual(
    trials.map(({ number, attempt, status }) => [number, attempt, status]),
    [
      [0, 2, 'completed'],
      [1, 1, 'completed'],
      [2, 1, 'completed'],
    ],
  )
})

test('a space that becomes wider while a trial is suggested is that of the trial', async (t) => {
  const wide = searchSpace({ x: float(-99, 1) })
  const storage = memory()
  for (let turns = 0; turns < 8; turns++) {
    const options = {
      sampler: tpe({ startup: 2 }),
      direction: 'minimize',
      storage,
      name: `s${turns}`,
      seed: 3,
    } as const
    const one = await createStudy({ ...options, space })
    await one.optimize(({ x }) => x, { trials: 600, workers: 8 })
    const other = await openStudy({ space, storage, name: options.name })
    // its sampler starts from nothing, which takes some turns of the event loop
    const asked = other.ask({ count: 8 })
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    const core = coreOf('test', other)
    await core.widen(wide as never, JSON.stringify({ ...core.definition, space: wide.config }))
    t.is((await asked).length, 8, `${turns} turns`)
    t.is(other.space.hash, wide.hash)
    await one.refresh()
    t.is(one.space.hash, wide.hash)
    t.deepEqual(
      one.trials.map(({ params }) => params),
      other.trials.map(({ params }) => params),
    )
  }
})

/** A sampler that says what it was given and fails when told to. */
function spy(): { plan: SamplerPlan; rows: number[][]; closed: number; fail: boolean } {
  const result = {
    rows: [] as number[][],
    closed: 0,
    fail: false,
    plan: {
      usesValues: true,
      start: () => {
        const rows: number[] = []
        result.rows.push(rows)
        return {
          async suggest(_: unknown, finished: readonly FinishedPoint[]) {
            if (result.fail) throw new Error('no memory')
            rows.push(...finished.map(({ number }) => number))
            return Float64Array.of(0.5)
          },
          close: () => {
            result.closed++
          },
        }
      },
    } as SamplerPlan,
  }
  return result
}

test('a sampler that fails is given everything anew', async (t) => {
  await using study = await createStudy({ space, direction: 'minimize', sampler: random(), lag: 1 })
  await study.optimize(({ x }) => x, { trials: 4 })
  const sampler = spy()
  const feed = createFeed(Object.create(coreOf('test', study), { samplerPlan: { value: sampler.plan } }))
  await feed.suggest(2, 2)
  sampler.fail = true
  await t.throwsAsync(feed.suggest(4, 4), { message: 'no memory' })
  sampler.fail = false
  await feed.suggest(4, 4)
  t.deepEqual(sampler.rows, [
    [0, 1],
    [0, 1, 2, 3],
  ])
  t.is(sampler.closed, 1)
  feed.close()
  t.is(sampler.closed, 2)
})

test('asynchronous: what came in while the sampler was being fed is for the next trial', async (t) => {
  const [one, other] = await pair({ sampler: tpe({ startup: 2 }), mode: 'asynchronous' })
  await one.optimize(({ x }) => x, { trials: 3000, workers: 8 })
  await other.refresh()
  let over = false
  const asked = other.ask().finally(() => {
    over = true
  })
  while (!over) {
    await (await one.ask()).tell(-1)
    await other.refresh()
    await setImmediate()
  }
  const { number, params } = await asked
  const { log } = coreOf('test', other)
  const events = await log.read(0, 100_000)
  const mark = events.find((event) => event.kind === 'attribute' && event.trial === number)
  const seen = Number(mark?.kind === 'attribute' ? mark.value : Number.NaN)
  const told = events.filter((event) => event.kind === 'tell' && event.sequence <= seen).length
  t.true(events.filter((event) => event.kind === 'tell').length > told)
  const feed = createFeed(coreOf('test', one))
  const point = await feed.suggest(number, told)
  feed.close()
  t.is(point?.length, 1)
  t.deepEqual(coreOf('test', one).plan.decode(point as Float64Array), params)
})

test('a connection is closed though its log cannot be', async (t) => {
  const real = connectionOf(memory(), 'test')
  let closed = 0
  const fault = new Error('disk full')
  const connection = {
    ...real,
    async create(name: string, definition: string) {
      const made = await real.create(name, definition)
      return { ...made, log: Object.assign(made.log, { close: () => Promise.reject(fault) }) }
    },
    async close() {
      closed++
    },
  }
  const given = readSettings('test', { space, direction: 'minimize' } as never)
  const study = await begin('test', { connection, name: 'c', open: false, given })
  t.is(await t.throwsAsync(study.close()), fault)
  t.is(closed, 1)
})
