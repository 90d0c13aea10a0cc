// A worker that may be killed at any moment: writes a line for each outcome that was acknowledged.
import { writeSync } from 'node:fs'
import { sqlite } from '../../../src/index.ts'
import { connectionOf } from '../../../src/storage/plan.ts'
import { work } from './trial.ts'

const [path = '', trials = '0', durability = 'disk'] = process.argv.slice(2)
const connection = connectionOf(sqlite(path, { durability: durability === 'disk' ? 'disk' : 'process' }))
const { log } = await connection.create('study', '{}')
writeSync(1, `worker ${log.worker}\n`)
await work(log, Number(trials), (trial, attempt) => writeSync(1, `told ${trial} ${attempt}\n`))
await connection.close()
writeSync(1, 'done\n')
