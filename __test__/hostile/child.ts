import { mkdtempSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { DownslopeError } from '../../src/index.ts'
import { mutate } from './mutate.ts'
import { createRandom } from './random.ts'
import { singles, uncovered, unusedOptions } from './registry.ts'
import { sequences } from './sequences.ts'
import { begin, thrown } from './values.ts'
import type { Case, World } from './world.ts'

/*
 * Makes calls and says which on the way, so that whoever started this process knows which one it did not survive.
 * hostile/child.ts FIRST COUNT SEED, or hostile/child.ts good
 */
const DEADLINE = 45_000
const MEMORY = 2 ** 31
const codes = ['SHAPE', 'OPTION', 'DATA', 'CLOSED', 'BUSY', 'CHECKPOINT', 'STORAGE'].map((code) => `ERR_${code}`)

const folder = mkdtempSync(join(tmpdir(), 'downslope-hostile-'))
process.chdir(folder)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const say = (line: string): void => {
  writeSync(1, `${line.replaceAll(/\s+/g, ' ')}\n`)
}

let now = ''
let failures = 0
function fail(what: string, error?: unknown): void {
  failures += 1
  let shown = ''
  try {
    shown = error === undefined ? '' : inspect(error, { depth: 2, getters: false, showProxy: true })
  } catch {
    shown = 'something that cannot be shown'
  }
  say(`FAILED ${now}: ${what} ${shown.slice(0, 1500)}`)
}
process.on('unhandledRejection', (error) => fail('an unhandled rejection', error))
process.on('uncaughtException', (error) => fail('an uncaught exception', error))

/** An error must be one of ours, for people and with its cause. */
function judge(error: unknown, world: World): void {
  const { signal } = world.controller
  if (signal.aborted && error === signal.reason) return
  if (!DownslopeError.is(error)) {
    // the reason of a hostile signal
    if (error !== 'hostile' || thrown.length > 0) fail('threw something without a code', error)
    return
  }
  if (!codes.includes(error.code)) fail(`threw ${error.code}`, error)
  if (error.message.length < 10) fail('a message that says nothing', error)
  if (!/ it threw | failed after /.test(error.message)) return
  if (!Object.hasOwn(error, 'cause')) fail('a cause that was not kept', error)
  if (!thrown.includes(error.cause) && isMistake(error.cause))
    fail('a mistake of ours, shown as one of the caller', error)
}

/** What engines say where code is wrong, rather than what hostile values throw. */
function isMistake(cause: unknown): boolean {
  try {
    if (!(cause instanceof Error) || / on proxy: /.test(cause.message)) return false
    if (!/undefined|null|not a function|of #|call stack/.test(cause.message)) return false
    return /^\s+at .*$/m.exec(cause.stack ?? '')?.[0].includes('__test__') === false
  } catch {
    return false
  }
}

let paths = 0
function createWorld(seed: number, index: number): World & { finish(): void } {
  const random = createRandom(seed, index)
  const owned: { close(): void }[] = []
  const world: World & { finish(): void } = {
    random,
    controller: new AbortController(),
    inner(work) {
      try {
        return work()
      } catch (error) {
        judge(error, world)
        throw error
      }
    },
    complain: (error) => judge(error, world),
    mutate(values) {
      now = `${now}, ${mutate(values, random)}`
      say(now)
    },
    own(value) {
      owned.push(value)
      return value
    },
    path: () => `file${paths++ % 50}`,
    finish() {
      for (const value of owned) value.close()
    },
  }
  return world
}

async function once({ of, make, call }: Case, seed: number, index: number, change: boolean): Promise<void> {
  begin(index)
  const world = createWorld(seed, index)
  now = `seed ${seed} call ${index}: ${of}`
  say(now)
  let timer: NodeJS.Timeout | undefined
  try {
    const values = await make(world)
    if (change && !of.startsWith('sequence') && !of.startsWith('ops.')) world.mutate(values)
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing within ${DEADLINE} ms`)), DEADLINE)
    })
    await Promise.race([(async () => call(values, world))(), late])
  } catch (error) {
    if (change) judge(error, world)
    else fail('is no good call', error)
  } finally {
    clearTimeout(timer)
  }
  world.finish()
  // what is rejected without anybody to hear it is heard now
  await new Promise((resolve) => setImmediate(resolve))
  const { rss } = process.memoryUsage()
  if (rss > MEMORY) fail(`${Math.round(rss / 2 ** 20)} MiB in use`)
}

if (process.argv[2] === 'good') {
  for (const [index, one] of singles.entries()) {
    if (one.good === false) continue
    const world = { ...createWorld(0, index), mutate: () => {} }
    now = `good call ${index}: ${one.of}`
    say(now)
    try {
      await one.call(await one.make(world), world)
    } catch (error) {
      fail('is no good call', error)
    }
    world.finish()
  }
  now = 'coverage'
  for (const name of await uncovered()) fail(`${name} has no hostile calls`)
  for (const name of await unusedOptions(() => ({ ...createWorld(0, 0), mutate: () => {} })))
    fail(`${name} is given by no good call`)
} else {
  const [first = 0, count = 1, seed = 0] = process.argv.slice(2).map(Number)
  for (let index = first; index < first + count; index++) {
    const random = createRandom(seed ^ 0x5eed, index)
    const one = random.chance(0.1) ? random.pick(sequences) : random.pick(singles)
    await once(one, seed, index, true)
  }
}
say(`DONE ${failures} failures`)
process.exit(failures > 0 ? 1 : 0)
