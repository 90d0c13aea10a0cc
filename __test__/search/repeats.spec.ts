/** A study is the same list of trials for any number of workers and processes, whatever the order in which they finish. */
import { createHash } from 'node:crypto'
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

/**
 * What these studies come to on any machine. They change only with what a sampler or a pruner computes, and a change belongs into the
 * CHANGELOG, for it breaks repeatability across versions.
 */
const SHA256: Readonly<Record<string, string>> = {
  random: 'd04b6d0b0b91ca49',
  grid: '1eca88544202bba5',
  manual: '7129dbd4fe9450a8',
  quasiRandom: 'aedf2a631f9d45f6',
  tpe: 'a9fe5d80ab034f4d',
  halving: '2b7084363ed60481',
  hyperband: 'f10b930d63b7784a',
  gaussianProcess: '02a8d7827bd7aeb7',
  wilcoxon: '594cc12001210bcf',
  patient: '4314c2dc259cff15',
  threshold: '4b9c301662cebd63',
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
    t.is(SHA256[name], createHash('sha256').update(expected).digest('hex').slice(0, 16))
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
