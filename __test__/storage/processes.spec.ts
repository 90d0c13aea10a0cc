import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { listStudies, sqlite } from '../../src/index.ts'
import { connectionOf } from '../../src/storage/plan.ts'
import type { StudyLog } from '../../src/storage/storage.ts'
import { type Child, start } from './processes/child.ts'
import { paramsOf, resultOf } from './processes/trial.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-processes-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

async function open(t: ExecutionContext, path: string): Promise<StudyLog> {
  const connection = connectionOf(sqlite(path))
  t.teardown(() => connection.close())
  return (await connection.create('study', '{}')).log
}

test('three workers, killed at random moments: nothing acknowledged is lost, no number is lost or doubled', async (t) => {
  t.timeout(240_000)
  const path = join(folder, 'killed.db')
  const trials = 300
  const children: Child[] = []
  const begin = (): Child => {
    // both survive the end of a process, and share a file
    const child = start('worker.ts', [path, `${trials}`, children.length % 3 === 2 ? 'process' : 'disk'])
    children.push(child)
    return child
  }
  const running = [begin(), begin(), begin()]
  let kills = 0
  const restart = async (slot: number): Promise<void> => {
    for (;;) {
      const child = running[slot] as Child
      const { code, signal, errors } = await child.ended
      if (signal !== 'SIGKILL') {
        t.is(code, 0, errors)
        return
      }
      running[slot] = begin()
    }
  }
  const over = Promise.all([0, 1, 2].map(restart))
  let finished = false
  over.then(
    () => {
      finished = true
    },
    () => {},
  )
  while (!finished && kills < 15) {
    const child = running[Math.floor(Math.random() * 3)] as Child
    // most are killed at work, some while they start
    if (Math.random() < 0.8) await child.line('told').catch(() => '')
    await sleep(Math.random() * 150)
    if (!finished && child.process.exitCode === null && child.process.kill('SIGKILL')) kills++
  }
  await over
  t.true(kills >= 5, `${kills} kills`)
  t.log(`${kills} kills, ${children.length} processes`)

  const log = await open(t, path)
  const events = await log.read(0, 1e6)
  t.true(events.every(({ sequence }, index) => sequence === index + 1))
  const asks = events.filter((event) => event.kind === 'ask')
  t.deepEqual(
    asks.map(({ trial, params }) => [trial, params]),
    asks.map((_, trial) => [trial, paramsOf(trial)]),
  )
  t.is(asks.length, trials)
  const tells = new Map<number, number>()
  for (const event of events) {
    if (event.kind !== 'tell') continue
    t.false(tells.has(event.trial), `trial ${event.trial} twice`)
    tells.set(event.trial, event.attempt)
    t.deepEqual(event.values, [resultOf(event.trial)])
  }
  t.is(tells.size, trials)
  const attempts = new Map<number, number>()
  for (const event of events) {
    if (event.kind === 'ask') attempts.set(event.trial, 1)
    if (event.kind !== 'attempt') continue
    t.is(event.attempt, (attempts.get(event.trial) ?? 0) + 1)
    attempts.set(event.trial, event.attempt)
  }
  t.deepEqual([...tells].sort(), [...attempts].sort(), 'it was the last attempt that told')
  const acknowledged = children.flatMap(({ lines }) => lines.filter((line) => line.startsWith('told ')))
  t.is(new Set(acknowledged).size, acknowledged.length)
  for (const line of acknowledged) {
    const [trial, attempt] = line.split(' ').slice(1).map(Number)
    t.is(tells.get(trial as number), attempt, line)
  }
  // files of the killed are gone, but for those that nobody came after
  await log.close()
  t.true(!existsSync(`${path}-workers`) || readdirSync(`${path}-workers`).length <= 3)
})

test('a worker whose event loop is blocked keeps its trial', async (t) => {
  const path = join(folder, 'blocked.db')
  const log = await open(t, path)
  const go = join(folder, 'blocked.go')
  const child = start('blocked.ts', [path, '0', go])
  await child.line('asked')
  for (let look = 0; look < 15; look++) {
    t.false(await log.changed(1, 100))
    t.deepEqual(await log.orphans(), [])
    t.false(await log.take(0, 2))
  }
  writeFileSync(go, '')
  await child.line('told')
  t.is((await child.ended).code, 0)
})

test('a trial of a process that is killed, or exits, is free at once', async (t) => {
  t.timeout(120_000)
  const path = join(folder, 'gone.db')
  const log = await open(t, path)
  const killed = start('blocked.ts', [path, '0', join(folder, 'never')])
  await killed.line('asked')
  const changed = log.changed(1, 60_000)
  killed.process.kill('SIGKILL')
  const { signal } = await killed.ended
  const since = performance.now()
  t.is(signal, 'SIGKILL')
  t.true(await changed)
  const late = performance.now() - since
  t.true(late < 5_000, `${late} ms`)
  t.log(`seen ${late.toFixed(0)} ms after its end`)
  t.true(await log.take(0, 2))
  const left = start('blocked.ts', [path, '1', '', 'exit'])
  await left.line('asked')
  await left.ended
  t.true(await log.changed(3, 60_000))
  t.deepEqual(await log.orphans(), [1])
})

test('nothing keeps a process alive that has not closed', async (t) => {
  const path = join(folder, 'open.db')
  const child = start('blocked.ts', [path, '0', '', 'forget'])
  await child.line('told')
  t.is((await child.ended).code, 0)
  t.like(await listStudies(sqlite(path)), [{ name: 'study', completed: 1, running: 0 }])
})

test('workers in threads of one process', async (t) => {
  const child = start('threads.ts', [join(folder, 'threads.db')])
  const { code, errors } = await child.ended
  t.is(code, 0, errors)
  t.deepEqual(child.lines, ['orphans [], 2 begun', 'changed true', 'free 1, taken true', 'changed true', 'done'])
})

test('a file or a folder that may not be written', async (t) => {
  if (process.platform === 'win32') {
    t.pass('skipped: permissions are of another kind there')
    return
  }
  const place = join(folder, 'readonly')
  mkdirSync(place)
  chmodSync(folder, 0o755)
  const connection = connectionOf(sqlite(join(place, 'study.db')))
  await connection.create('study', '{}')
  await connection.close()
  const child = start('readonly.ts', [place])
  const { code, errors } = await child.ended
  t.is(code, 0, errors)
  const [file = '', closed = '', missing = ''] = child.lines
  t.regex(file, /^file ERR_STORAGE sqlite: .*study\.db cannot be written: it or its folder is read-only$/)
  t.regex(closed, /^folder ERR_STORAGE sqlite: .*study\.db cannot be /)
  t.regex(missing, /^new ERR_STORAGE sqlite: .*new\.db cannot be opened: it or its folder may not be read or written$/)
  t.like(await listStudies(sqlite(join(place, 'study.db'))), [{ name: 'study' }])
})

test('a full disk: one clear error, what was acknowledged is kept, and it goes on when there is room', async (t) => {
  const place = join(folder, 'small')
  mkdirSync(place)
  const mount = ['unshare', '-rm', 'sh', '-c', `mount -t tmpfs -o size=1m none ${place} && exec "$0" "$@"`]
  const [command = '', ...rest] = mount
  const allowed = spawnSync(command, [...rest, 'true']).status === 0
  const limited = !allowed && process.platform !== 'win32'
  if (!allowed && !limited) {
    t.pass('skipped: no way to have a small disk here')
    return
  }
  t.log(allowed ? 'a disk of 1 MiB' : 'no small disk allowed here: a limit on the size of files instead')
  const wrapper = allowed ? mount : ['sh', '-c', 'ulimit -f 4000 && exec "$0" "$@"']
  const child = start('full.ts', [place, allowed ? '400000' : '0'], wrapper)
  const { code, errors } = await child.ended
  t.is(code, 0, errors)
  const [full = '', later = '', ...others] = child.lines
  t.regex(full, /^full ERR_STORAGE sqlite: .*study\.db cannot be (written: the disk is full|read or written)/)
  t.is(later, full.replace('full ', 'later '))
  t.deepEqual(others, allowed ? ['kept true', 'goes on true'] : ['kept true'])
})
