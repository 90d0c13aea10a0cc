/** A search whose process is killed goes on in the next one, to what it would have found undisturbed; two processes at once find it too. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const folder = mkdtempSync(join(tmpdir(), 'downslope-tune-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const script = fileURLToPath(new URL('tuned/child.ts', import.meta.url))

/** A process that searches; one that is to be killed after `most` trials waits for it a few trials later. */
function start(file: string, workers: number, most = Number.POSITIVE_INFINITY): ChildProcess {
  const flags = ['--import=@oxc-node/core/register', script, join(folder, file), String(workers), String(most + 2)]
  return spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** What a process printed until it ended; with `most` it is killed after so many trials. */
async function lines(child: ChildProcess, most = Number.POSITIVE_INFINITY): Promise<string[]> {
  const all: string[] = []
  if (child.stdout === null) return all
  for await (const line of createInterface({ input: child.stdout })) {
    all.push(line)
    if (all.length === most) child.kill('SIGKILL')
  }
  return all
}

test('killed again and again, and two at once: the same trials, decisions and weights', async (t) => {
  t.timeout(180_000)
  const whole = (await lines(start('whole.sqlite', 2))).at(-1) ?? ''
  t.regex(whole, /^\{"essence":\[\{"number":0,/)
  t.regex(whole, /"pruned"/)
  const ended = new Set<string>()
  for (const [most, workers] of [
    [3, 1],
    [5, 3],
    [4, 2],
  ] as const) {
    const said = await lines(start('killed.sqlite', workers, most), most)
    // what was said to have ended is not done again
    for (const line of said.slice(0, most)) {
      t.false(ended.has(line), line)
      ended.add(line)
    }
    t.false(said.at(-1)?.startsWith('{') ?? true)
  }
  const rest = await lines(start('killed.sqlite', 2))
  for (const line of rest.slice(0, -1)) t.false(ended.has(line), line)
  t.is(rest.at(-1), whole)
  const both = await Promise.all([lines(start('two.sqlite', 2)), lines(start('two.sqlite', 2))])
  for (const said of both) t.is(said.at(-1), whole)
})
