/** Trials of `tune` train at once: each on one native thread, all on one data set in memory. */
import { readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { dataset, dense, float, holdout, input, random, searchSpace, sequential, tune } from '../../src/index.ts'

const ROWS = 200_000
const COLUMNS = 500

/** Threads of this process that are ours: of the pool that runs jobs, and helpers of one job. */
function threads(): { readonly pool: number; readonly helpers: number } {
  const names = readdirSync('/proc/self/task').map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim()
    } catch {
      return 'has ended'
    }
  })
  const count = (wanted: RegExp) => names.filter((name) => wanted.test(name)).length
  return { pool: count(/^downslope$/), helpers: count(/^downslope-team/) }
}

/** Three trials that train until all have begun and as many threads of the pool have been seen; what else was seen until then. */
async function together(own: {
  readonly threads?: number
}): Promise<{ readonly helpers: number; readonly grown: number }> {
  const bytes = new Uint8Array(ROWS * COLUMNS).map((_, index) => index % 251)
  const labels = new Uint8Array(ROWS).map((_, row) => row % 2)
  const data = dataset({ inputs: { data: bytes, shape: [ROWS, COLUMNS] }, labels })
  const before = process.memoryUsage().rss
  let [begun, pool, helpers, grown, looks] = [0, 0, 0, 0, 0]
  const met = {
    name: 'met',
    evaluate() {
      const seen = threads()
      pool = Math.max(pool, seen.pool)
      helpers = Math.max(helpers, seen.helpers)
      grown = Math.max(grown, process.memoryUsage().rss - before)
      // better and better, so that nothing stops, until they have met
      return begun < 3 || pool < 3 ? ++looks : 0
    },
  }
  const { trials, study } = await tune(data, {
    space: searchSpace({ x: float(0, 1) }),
    build: () => {
      begun++
      return {
        network: sequential([input({ shape: [COLUMNS] }), dense(64, { activation: 'relu' }), dense(2)]),
        loss: 'crossEntropy' as const,
        batchSize: 1024,
        epochs: 100_000,
        metrics: [met],
        earlyStopping: { monitor: 'validation.met', patience: 1 },
        ...own,
      }
    },
    metric: 'loss',
    validation: holdout(0.1),
    sampler: random(),
    trials: 3,
    workers: 3,
    refit: false,
  })
  const ended = trials.filter(({ status }) => status === 'completed').length
  if (ended !== 3) throw new Error(`${ended} of 3 trials were completed`)
  await study.close()
  data.close()
  // the rows as they were given are held until here, so that they are not what memory grows by
  return { helpers, grown: bytes.length === 0 ? 0 : grown }
}

test.serial('at once, with one thread each, and no rows are copied', async (t) => {
  if (process.platform !== 'linux') return t.pass('threads are not listed here')
  const { helpers, grown } = await together({})
  t.is(helpers, 0)
  // three copies of nine tenths of the rows would be more than this, and what training needs is less
  t.true(grown < 2 * ROWS * COLUMNS, `${Math.round(grown / 2 ** 20)} MiB more than the rows`)
  return t.pass()
})

test.serial('with more threads where build asks for them', async (t) => {
  if (process.platform !== 'linux') return t.pass('threads are not listed here')
  const { helpers } = await together({ threads: 2 })
  t.true(helpers >= 3, `${helpers} helpers`)
  return t.pass()
})
