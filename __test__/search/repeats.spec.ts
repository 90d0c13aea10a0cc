/** A study is the same list of trials for any number of workers and processes, whatever the order in which they finish. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { createStudy, memory, openStudy, sqlite } from '../../src/index.ts'
import * as pruners from '../../src/search/pruners/all.ts'
import * as samplers from '../../src/search/samplers/all.ts'
import { hurried, listOf, type Setup, setups, spaceOf, TRIALS } from './repeatable.ts'
import { startWorker } from './workers.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-repeats-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

async function alone(setup: Setup, workers: number, most: number): Promise<string> {
  await using study = await createStudy({ ...setup.options(), space: spaceOf(), storage: memory() })
  await study.optimize(hurried(most), { trials: setup.trials ?? TRIALS, workers })
  return listOf(study.trials)
}

test('every sampler and every pruner is among them', (t) => {
  const options = Object.values(setups).map((setup) => setup.options())
  const used = (part: 'sampler' | 'pruner') => new Set(options.map((given) => given[part].kind))
  t.deepEqual([...used('sampler')].toSorted(), Object.keys(samplers).toSorted())
  t.deepEqual([...used('pruner'), 'noPruner'].toSorted(), Object.keys(pruners).toSorted())
})

for (const [name, setup] of Object.entries(setups)) {
  test(`${name}: 1, 2 and 8 workers, and 3 processes`, async (t) => {
    t.timeout(120_000)
    const expected = await alone(setup, 1, 0)
    t.is(JSON.parse(expected).length, setup.trials ?? TRIALS)
    for (const workers of [2, 8]) t.is(await alone(setup, workers, 4), expected, `${workers} workers`)
    const path = join(folder, `${name}.db`)
    await Promise.all([1, 2, 3].map(() => startWorker({ setup: name, path, study: name, most: 4 }).ended))
    await using study = await openStudy({ storage: sqlite(path), name })
    t.is(listOf(study.trials), expected, '3 processes')
    for (const kind of setup.statuses)
      t.true(
        study.trials.some(({ status }) => status === kind),
        kind,
      )
  })
}
