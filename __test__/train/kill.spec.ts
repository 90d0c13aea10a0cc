import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { child } from '../native/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-kill-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

/** Trains, from the checkpoint if there is one, and prints what must always be the same. */
const script = (path: string): string => `
  const { createHash } = await import('node:crypto')
  const { existsSync } = await import('node:fs')
  const { adam, reduceOnPlateau } = downslope
  const path = ${JSON.stringify(path)}
  // 10 ms an epoch at least, so that a process can be killed in the middle on any machine
  const slow = { name: 'slow', evaluate: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10).length }
  const run = fit(network(64), data(600), {
    loss: 'crossEntropy', epochs: 60, batchSize: (epoch) => 8 + epoch, validation: 0.2, metrics: ['accuracy', slow],
    optimizer: adam({ learningRate: reduceOnPlateau({ initial: 0.01, patience: 2, factor: 0.7 }) }),
    earlyStopping: { patience: 50 },
    ...(path === '' ? {} : { checkpoint: { path } }), ...(existsSync(path) ? { resume: path } : {}),
  })
  console.log('begun')
  const { model, history, bestEpoch } = await run
  const hash = createHash('sha256')
  for (const { data } of Object.values(model.weights())) hash.update(data)
  hash.update(JSON.stringify([bestEpoch, history.map(({ seconds, ...record }) => record)]))
  console.log('sha', hash.digest('hex'))
`

const sha = (output: string): string | undefined => /sha (\w+)/.exec(output)?.[1]

test('killed at random moments and resumed each time, it ends in the same bits', async (t) => {
  t.timeout(180_000)
  const wanted = sha((await child(script(''), 60_000)).output)
  t.is(wanted?.length, 64)
  const path = join(folder, 'run.safetensors')
  let kills = 0
  for (let delay = 7; ; delay = (delay * 13) % 150) {
    // the first few processes die, whenever that is; then one may finish
    const kill = (output: string): number | undefined => (kills < 8 && output.includes('begun') ? delay : undefined)
    const { output, signal } = await child(script(path), 60_000, kill)
    if (signal === 'SIGKILL') kills += 1
    else {
      t.is(sha(output), wanted, output)
      break
    }
  }
  t.true(kills >= 3, `${kills} kills`)
  t.true(existsSync(path))
})

test('a disk that is full ends the run with a coded error, and the checkpoint before is whole', async (t) => {
  if (process.platform === 'win32') return t.pass('there are no limits to set')
  t.timeout(120_000)
  const place = mkdtempSync(join(folder, 'full-'))
  const path = join(place, 'run.safetensors')
  // four epochs, then a process that may write files of 8 KB only
  const partial = script(path).replace('epochs: 60', 'epochs: 4').replace('(epoch) => 8 + epoch', '16')
  const whole = script(path).replace('(epoch) => 8 + epoch', '16')
  await child(partial, 60_000)
  const before = readFileSync(path)
  t.true(before.length > 8192)
  const limited = whole.replace(
    "console.log('begun')",
    "run.catch(({ code, message }) => console.log('failed', code, message))",
  )
  const { output } = await child(limited, 60_000, undefined, [
    'bash',
    '-c',
    'trap "" XFSZ; ulimit -f 8; exec "$0" "$@"',
  ])
  t.regex(output, /failed ERR_CHECKPOINT fit: cannot write .*(File too large|EFBIG)/i)
  t.deepEqual(readFileSync(path), before)
  t.deepEqual(readdirSync(place), ['run.safetensors'])
  const wanted = sha((await child(script('').replace('(epoch) => 8 + epoch', '16'), 60_000)).output)
  t.is(sha((await child(whole, 60_000)).output), wanted)
  return t.pass()
})
