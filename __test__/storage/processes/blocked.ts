// Begins a trial, blocks its event loop until there is a file (where one is named), ends the trial. The last argument is how it
// goes away.
import { existsSync, writeSync } from 'node:fs'
import { sqlite } from '../../../src/index.ts'
import { connectionOf } from '../../../src/storage/plan.ts'

const [path = '', trial = '0', until = '', end = 'close'] = process.argv.slice(2)
const connection = connectionOf(sqlite(path))
const { log } = await connection.create('study', '{}')
if (!(await log.ask(Number(trial), '{}'))) throw new Error('somebody was faster')
writeSync(1, 'asked\n')
const never = new Int32Array(new SharedArrayBuffer(4))
while (until !== '' && !existsSync(until)) Atomics.wait(never, 0, 0, 10)
if (end === 'exit') process.exit(0)
await log.tell(Number(trial), 1, { status: 'completed', values: [1] })
writeSync(1, 'told\n')
// without closing: nothing may keep the process alive
if (end === 'close') await connection.close()
