/** One measurement of a file of studies; prints a line of JSON. Started with the loader of TypeScript, as logs are not public. */
import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { choice, createStudy, float, int, openStudy, random, searchSpace, sqlite } from '../../src/index.ts'
import { connectionOf } from '../../src/storage/plan.ts'
import { lateness } from '../lib/late.mjs'
import { quantile } from '../lib/numbers.mjs'

const {
  task,
  parent,
  trials,
  workers = 1,
  reports = 0,
  durability = 'disk',
  awaited = false,
  file,
} = JSON.parse(process.argv[2])
const folder = file === undefined ? mkdtempSync(join(parent, 'storage-')) : undefined
const path = file ?? join(folder, 'study.db')
const name = 'study'
const now = () => performance.now() / 1e3

/** How late timers are while something is done, at the 99th percentile in ms. */
async function watched(work) {
  let going = true
  const watching = lateness(() => going)
  const result = await work()
  going = false
  return { ...result, late: quantile(await watching, 0.99) }
}

const space = searchSpace({
  learningRate: float(1e-7, 1),
  units: int(16, 515),
  decay: float(0, 1),
  batchSize: choice([32, 64, 128]),
  optimizer: choice({ sgd: { momentum: float(0, 1) }, adam: {} }),
})

/** Parameters of trial `n`: five, as one would search. */
const paramsOf = (n) =>
  JSON.stringify({
    learningRate: 0.1 / (n + 1),
    units: 16 + (n % 500),
    decay: 1 / (n + 7),
    batchSize: 32,
    optimizer: { kind: 'sgd', momentum: (n % 99) / 100 },
  })

/** Runs trials that take no time, as a study does: the next begins while the outcome of the last is on its way to the disk. */
async function write() {
  const connection = connectionOf(sqlite(path, { durability }))
  const { log } = await connection.create('study', '{}')
  const start = now()
  const told = []
  let next = 0
  const work = async () => {
    while (next < trials) {
      const trial = next++
      if (!(await log.ask(trial, paramsOf(trial)))) throw new Error('the number was taken')
      for (let step = 0; step < reports; step++) log.report(trial, 1, step, 1 / (step + 1))
      const end = log.tell(trial, 1, { status: 'completed', values: [1 / (trial + 1)] })
      if (awaited) await end
      else told.push(end)
    }
  }
  const done = await watched(async () => {
    await Promise.all(Array.from({ length: workers }, work))
    await Promise.all(told)
    return { rate: trials / (now() - start) }
  })
  await connection.close()
  return { ...done, bytes: statSync(path).size / trials }
}

/** Makes a study that {@link look} opens in a process of its own, whose memory knows nothing of the writing. */
async function open() {
  const storage = sqlite(path, { durability: 'process' })
  await (await createStudy({ storage, name, space, direction: 'minimize', sampler: random() })).close()
  const writer = connectionOf(storage)
  const log = await writer.open(name)
  for (let trial = 0; trial < trials; trial++) {
    const asked = log.ask(trial, paramsOf(trial))
    const told = log.tell(trial, 1, { status: 'completed', values: [1 / (trial + 1)] })
    if (trial % 1000 === 0) await Promise.all([asked, told])
  }
  await writer.close()
  const job = JSON.stringify({ task: 'look', file: path, trials })
  return JSON.parse(execFileSync(process.execPath, [...process.execArgv, import.meta.filename, job]))
}

/** Opens a study and has all of its trials, as anybody would. */
async function look() {
  const { study, opened, late } = await watched(async () => {
    const start = now()
    return { study: await openStudy({ storage: sqlite(path), name }), opened: now() - start }
  })
  const start = now()
  const { length } = study.trials
  const shown = now() - start
  await study.close()
  if (length !== trials) throw new Error('not all was read')
  return { seconds: opened + shown, opened, shown, late }
}

/** How often a second the disk takes 4 KiB at the end of a file: what one who waits for each write cannot exceed. */
function sync() {
  const file = openSync(path, 'w')
  const block = new Uint8Array(4096)
  const start = now()
  let count = 0
  for (; now() - start < 1; count++) {
    writeSync(file, block)
    fdatasyncSync(file)
  }
  const rate = count / (now() - start)
  closeSync(file)
  return { rate }
}

try {
  console.log(JSON.stringify(await { sync, write, open, look }[task]()))
} finally {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
