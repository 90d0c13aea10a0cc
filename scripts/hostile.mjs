// Calls of everything that is public with hostile values, in child processes, so that an abort or a hang is seen.
// node scripts/hostile.mjs [N] [seed] [first]     N calls (100,000) from number `first` (0) on
// node scripts/hostile.mjs good                   the unchanged calls work, and none is missing
// A failure says its seed and number: `node scripts/hostile.mjs 1 SEED NUMBER` makes that call again.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const PIECE = 500
const SILENCE = 60_000
const ATTEMPTS = 20
const root = fileURLToPath(new URL('..', import.meta.url))

/** One child; how far it came, and what it said about failures. */
function child(parameters) {
  return new Promise((resolve) => {
    const flags = ['--import=@oxc-node/core/register', '--max-old-space-size=1024', '__test__/hostile/child.ts']
    const process_ = spawn(process.execPath, [...flags, ...parameters.map(String)], { cwd: root })
    const failures = []
    let last = ''
    let rest = ''
    let errors = ''
    let done = false
    let silent = false
    let timer
    const alive = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        silent = true
        process_.kill('SIGKILL')
      }, SILENCE)
    }
    alive()
    process_.stdout.setEncoding('utf8').on('data', (text) => {
      alive()
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        if (line.startsWith('FAILED ')) failures.push(line)
        else if (line.startsWith('DONE ')) done = true
        else last = line
      }
    })
    process_.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-2000)
    })
    process_.on('close', (code, signal) => {
      clearTimeout(timer)
      if (!done) {
        const end = silent ? `nothing happened for ${SILENCE} ms` : `the process ended (${signal ?? code})`
        failures.push(`FAILED ${last}: ${end} ${errors}`)
      }
      resolve({ failures, done, last })
    })
  })
}

const [what = '100000', seed = String(Date.now() % 1_000_000), from = '0'] = process.argv.slice(2)
const failures = []
let calls = 0
if (what === 'good') failures.push(...(await child(['good'])).failures)
else {
  const total = Number(what)
  const end = Number(from) + total
  if (!(total >= 1) || !Number.isSafeInteger(Number(seed)) || !Number.isSafeInteger(end)) {
    throw new Error('usage: node scripts/hostile.mjs [N] [seed] [first]')
  }
  let next = Number(from)
  const worker = async () => {
    while (next < end && failures.length < ATTEMPTS) {
      let first = next
      const stop = Math.min(end, first + PIECE)
      next = stop
      while (first < stop && failures.length < ATTEMPTS) {
        const { failures: found, done, last } = await child([first, stop - first, seed])
        failures.push(...found)
        // a process that died goes on behind the call that it died of
        const died = Number(/^seed \d+ call (\d+)/.exec(last)?.[1] ?? stop)
        calls += (done ? stop : died + 1) - first
        first = done ? stop : died + 1
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
}
for (const failure of failures) console.error(failure)
console.log(`${what === 'good' ? 'good calls' : `${calls} calls, seed ${seed}`}: ${failures.length} failures`)
process.exitCode = failures.length > 0 ? 1 : 0
