/** Processes that are killed at any moment leave the study as if nothing had happened. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { createStudy, openStudy, sqlite } from '../../src/index.ts'
import { hurried, listOf, type Setup, setups, spaceOf } from './repeatable.ts'
import { startWorker, type Worker } from './workers.ts'

const TOTAL = 300
const folder = mkdtempSync(join(tmpdir(), 'downslope-crash-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

test('three processes killed at random give the trials of an undisturbed run', async (t) => {
  t.timeout(240_000)
  const setup = setups.halving as Setup
  await using undisturbed = await createStudy({ ...setup.options(), space: spaceOf() })
  await undisturbed.optimize(hurried(0), { trials: TOTAL, workers: 1 })

  const path = join(folder, 'study.db')
  const start = (): Worker => startWorker({ setup: 'halving', path, study: 'crash', most: 20, total: TOTAL })
  const workers = [start(), start(), start()]
  let kills = 0
  const keep = async (place: number): Promise<void> => {
    // a worker that was killed is started again, until one ends by itself: then all trials are finished
    while (!(await (workers[place] as Worker).ended)) workers[place] = start()
  }
  let over = false
  const all = Promise.all([0, 1, 2].map(keep)).finally(() => {
    over = true
  })
  const killer = async (): Promise<void> => {
    while (!over && kills < 12) {
      const victim = workers[Math.floor(Math.random() * 3)] as Worker
      // one that still starts has nothing to lose
      await victim.opened
      await sleep(100 + Math.random() * 500)
      if (!over && victim.child.exitCode === null && victim.child.kill('SIGKILL')) kills++
    }
  }
  await Promise.all([all, killer()])
  t.true(kills >= 3, `${kills} kills`)
  await using study = await openStudy({ storage: sqlite(path), name: 'crash' })
  t.is(listOf(study.trials), listOf(undisturbed.trials))
  t.true(
    study.trials.some(({ attempt }) => attempt > 1),
    'some trial was interrupted',
  )
})
