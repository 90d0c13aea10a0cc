// Writes until the disk is full (a small one in the folder given, or a limit on the size of files), then makes room and goes on.
import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DownslopeError, sqlite } from '../../../src/index.ts'
import { connectionOf } from '../../../src/storage/plan.ts'

process.on('SIGXFSZ', () => {})
const [folder = '', ballast = '0'] = process.argv.slice(2)
if (Number(ballast) > 0) writeFileSync(join(folder, 'ballast'), new Uint8Array(Number(ballast)))
const storage = sqlite(join(folder, 'study.db'))
const say = (text: string): number => writeSync(1, `${text}\n`)
const code = (error: unknown): string =>
  error instanceof DownslopeError ? `${error.code} ${error.message}` : 'uncoded'

const connection = connectionOf(storage)
const { log } = await connection.create('study', '{}')
let acknowledged = 0
try {
  for (;;) {
    if (!(await log.ask(acknowledged, '{}'))) throw new Error('not asked')
    log.note(acknowledged, 1, 'x'.repeat(5000))
    await log.tell(acknowledged, 1, { status: 'completed', values: [acknowledged] })
    acknowledged++
  }
} catch (error) {
  say(`full ${code(error)}`)
}
await log.ask(acknowledged, '{}').catch((error: unknown) => say(`later ${code(error)}`))
await log.close()
await connection.close()
rmSync(join(folder, 'ballast'), { force: true })

const again = connectionOf(storage)
try {
  const log = await again.open('study')
  const events = await log.read(0, 100_000)
  const told = events.filter((event) => event.kind === 'tell').map(({ trial, values }) => values?.[0] === trial)
  const gapless = events.every(({ sequence }, index) => sequence === index + 1)
  say(`kept ${told.length === acknowledged && told.every(Boolean) && gapless && acknowledged > 5}`)
  if (Number(ballast) > 0) {
    const [free] = await log.orphans()
    const next = free === undefined ? await log.ask(acknowledged, '{}') : await log.take(free, 2)
    await log.tell(acknowledged, free === undefined ? 1 : 2, { status: 'completed', values: [0] })
    say(`goes on ${next}`)
  }
} catch (error) {
  say(`reopened ${code(error)}`)
}
await again.close()
