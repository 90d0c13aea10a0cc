/** Trials that come back: of a run that was interrupted, of a process that ended, and those that another one still runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  createStudy,
  float,
  grid,
  int,
  memory,
  openStudy,
  random,
  searchSpace,
  sqlite,
  targetReached,
  tpe,
} from '../../src/index.ts'
import { coreOf } from '../../src/search/study/study.ts'
import { rejectsCode } from '../helpers.ts'

const space = searchSpace({ x: float(0, 1) })
const four = searchSpace({ a: int(1, 4) })
const folder = mkdtempSync(join(tmpdir(), 'downslope-orphans-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

interface Seen {
  readonly number: number
  readonly signal: AbortSignal
}

/** Trials from `last` on do not end by themselves. */
const stuck =
  (last: number) =>
  async ({ x }: { readonly x: number }, { number, signal }: Seen): Promise<number> => {
    if (number >= last) await sleep(60_000, undefined, { signal })
    return x
  }
const brief = async ({ x }: { readonly x: number }): Promise<number> => {
  await sleep(3)
  return x
}

for (const sampler of [tpe({ startup: 2 }), random()])
  test(`${sampler.kind}: a run that was interrupted goes on with all of its trials before anything new`, async (t) => {
    for (const limit of [{ trials: 20 }, { totalTrials: 30 }]) {
      await using study = await createStudy({ space, direction: 'minimize', sampler, lag: 4, seed: 1 })
      const first = study.optimize(stuck(10), { workers: 4 })
      while (study.trials.filter(({ status }) => status === 'running').length < 4) await sleep(5)
      first.stop()
      t.is((await first).status, 'stopped')
      t.is(study.trials.length, 14)
      const { trials } = await study.optimize(brief, { ...limit, workers: 4 })
      t.is(trials.length, 20)
      t.deepEqual(
        trials.map(({ number, attempt }) => [number, attempt]),
        Array.from({ length: 20 }, (_, index) => [10 + index, index < 4 ? 2 : 1]),
      )
    }
  })

for (const [kind, make] of Object.entries({ memory: () => memory(), sqlite: () => sqlite(join(folder, 'grid.db')) }))
  test(`${kind}: a grid that is opened again is tried to its end`, async (t) => {
    const options = { space: four, direction: 'minimize', sampler: grid(), storage: make(), name: 'grid' } as const
    const study = await createStudy(options)
    const begun = study.optimize(() => new Promise<number>(() => {}), { workers: 4 })
    begun.catch(() => {})
    while (study.trials.length < 4) await sleep(5)
    await study.close()
    await rejectsCode(t, 'ERR_CLOSED', () => begun)
    await using again = await openStudy({ storage: options.storage, name: 'grid', space: four })
    const { status, trials } = await again.optimize(({ a }) => a, { workers: 2 })
    t.is(status, 'exhausted')
    t.deepEqual(
      trials.map((trial) => [trial.number, trial.status, trial.attempt]),
      [0, 1, 2, 3].map((number) => [number, 'completed', 2]),
    )
  })

test('a space that has been tried waits for what another process runs', async (t) => {
  const storage = memory()
  const options = { space: four, direction: 'minimize', sampler: grid(), storage, name: 'shared' } as const
  await using one = await createStudy(options)
  await using other = await openStudy({ storage, name: 'shared', space: four })
  const [first, second] = await other.ask({ count: 2 })
  const run = one.optimize(({ a }) => a, { workers: 3 })
  let over = false
  const ended = run.then(() => {
    over = true
  })
  while (one.trials.filter(({ status }) => status === 'completed').length < 2) await sleep(5)
  await sleep(20)
  t.false(over)
  await first?.tell(-7)
  // as if it had ended
  coreOf('test', other).log.release(second?.number as number, 1)
  await ended
  const { status, best, trials } = await run
  t.is(status, 'exhausted')
  t.is(best?.number, first?.number)
  t.deepEqual(
    trials.map(({ number, attempt }) => [number, attempt]),
    [
      [1, 2],
      [2, 1],
      [3, 1],
    ],
  )
})

test('a search that a rule has ended waits for the trials before that, not for later ones', async (t) => {
  const storage = memory()
  const options = { space, direction: 'minimize', sampler: random(), lag: 4, storage, name: 'ruled' } as const
  await using one = await createStudy(options)
  await one.optimize(() => 0, { trials: 3 })
  await using other = await openStudy({ storage, name: 'ruled', space })
  const early = await other.ask()
  const run = one.optimize(() => 0, { stopping: targetReached(0), workers: 2 })
  let over = false
  const ended = run.then(() => {
    over = true
  })
  await sleep(20)
  t.false(over)
  const late = await other.ask()
  t.deepEqual([early.number, late.number], [3, 4])
  await early.tell(-7)
  await ended
  const { status, best, trials } = await run
  t.deepEqual([status, best?.number, trials.length], ['stopped', 3, 0])
  t.is(other.trials[4]?.status, 'running')
})

test('a trial that was asked for and is never told holds nothing up', async (t) => {
  await using study = await createStudy({ space: four, direction: 'minimize', sampler: grid() })
  const { signal } = await study.ask()
  const { status, trials } = await study.optimize(({ a }) => a)
  t.deepEqual([status, trials.length], ['exhausted', 3])
  t.false(signal.aborted)
  await study.close()
  t.true(signal.aborted)
})

test('of several that were asked for, none is kept when one cannot be had', async (t) => {
  await using study = await createStudy({ space, direction: 'minimize', sampler: tpe({ startup: 2 }), lag: 3 })
  await rejectsCode(t, 'ERR_BUSY', () => study.ask({ count: 5 }), /trial 3 must wait for trial 0/)
  const core = coreOf('test', study)
  const begin = core.begin.bind(core)
  const fault = new Error('no memory')
  let calls = 0
  core.begin = (rules) => (++calls === 3 ? Promise.reject(fault) : begin(rules))
  t.is(await t.throwsAsync(study.ask({ count: 3 })), fault)
  const three = await study.ask({ count: 3 })
  t.deepEqual(
    three.map(({ number, attempt }) => [number, attempt]),
    [
      [0, 3],
      [1, 3],
      [2, 2],
    ],
  )
})
