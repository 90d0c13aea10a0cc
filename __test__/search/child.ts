/** A worker process: runs trials of a study until there are enough. */
import { createStudy, sqlite } from '../../src/index.ts'
import { hurried, setups, spaceOf, TRIALS } from './repeatable.ts'
import type { Order } from './workers.ts'

const { setup, path, study: name, most, total } = JSON.parse(process.argv[2] as string) as Order
const { options, trials } = setups[setup] ?? {}
if (options === undefined) throw new Error(`no setup ${setup}`)
await using study = await createStudy({ ...options(), space: spaceOf(), storage: sqlite(path), name, ifExists: 'open' })
process.send?.('open')
await study.optimize(hurried(most), { totalTrials: total ?? trials ?? TRIALS, workers: 2 })
