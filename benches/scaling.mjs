/**
 * Rows a second over batch size, width, depth and threads: one picture each in docs/img, and the numbers in out/scaling.json.
 *
 *     node scaling.mjs [batch|width|depth|threads …] [--rounds N] [--seconds S]
 *
 * The broken line is the limit measured in the same rounds. One thread by the clock of the processor, threads by time.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { median, short } from './lib/numbers.mjs'
import { contestants, here, limitProgram, start } from './lib/processes.mjs'
import { flopsPerRow, prepare, TASKS } from './lib/tasks.mjs'

const { values: options, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '0.3' } },
  allowPositionals: true,
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const folder = join(tmpdir(), `downslope-scaling-${process.pid}`)
const images = resolve(here, '..', 'docs', 'img')
mkdirSync(folder, { recursive: true })
mkdirSync(images, { recursive: true })
mkdirSync(join(here, 'out'), { recursive: true })
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const [downslope] = contestants(false)
const limit = limitProgram()?.()
const powers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i))
const hidden = (count, width) => [784, ...Array(count).fill(width), 10]
const sgd = { kind: 'sgd', learningRate: 0.001 }
const sized = (sizes) => ({ name: 'digits', batch: 128, change: { sizes, rows: 20_000, optimizer: sgd } })
const machine = `${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}`

const CURVES = {
  batch: {
    title: 'Training 784-256-10: rows a second over the batch size',
    x: 'rows in a batch',
    values: powers(0, 12),
    job: (batch) => ({ name: 'digits', batch }),
  },
  width: {
    title: 'Training 784-width-10, batch 128: rows a second over the width',
    x: 'units of the hidden layer',
    values: powers(2, 10),
    job: (width) => sized(hidden(1, width)),
  },
  depth: {
    title: 'Training 784-128-…-128-10, batch 128: rows a second over the depth',
    x: 'hidden layers of 128 units',
    values: powers(0, 5),
    job: (depth) => sized(hidden(depth, 128)),
  },
  threads: {
    title: 'Training 784-256-10: rows a second over the threads',
    x: 'threads',
    values: Array.from({ length: availableParallelism() }, (_, i) => i + 1),
    series: [32, 128, 1024],
    job: (threads, batch) => ({ name: 'digits', batch, threads }),
  },
}

/** One point: the rate of downslope and the limit, medians over rounds. */
async function point(job) {
  const task = { ...TASKS[job.name], ...job.change }
  const peer = await start(downslope, {
    threads: 1,
    ...job,
    folder: prepare(folder, job.name, job.change),
  })
  if (peer.error) throw new Error(peer.error)
  const clock = (job.threads ?? 1) === 1 && !job.byTime ? 'cpu' : 'seconds'
  const rates = []
  const limits = []
  await peer.ask({ do: 'train', seconds: seconds / 2 })
  for (let round = 0; round < rounds; round++) {
    if (limit) limits.push((await limit.rate('fma')) / flopsPerRow(task.sizes))
    const answer = await peer.ask({ do: 'train', seconds })
    if (answer.error) throw new Error(answer.error)
    rates.push(answer.rows / answer[clock])
  }
  peer.close()
  // the disk of a small machine does not hold all shapes at once
  if (job.change) rmSync(peer.folder, { recursive: true, force: true })
  return { rate: median(rates), limit: limits.length > 0 ? median(limits) : undefined }
}

const { curves } = await import('./lib/svg.mjs')
const results = {}
for (const [name, { title, x, values, series = [undefined], job }] of Object.entries(CURVES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const lines = []
  const threads = name === 'threads'
  for (const parameter of series) {
    const points = []
    for (const value of values) {
      const measured = await point({ ...job(value, parameter), byTime: threads })
      points.push([value, measured])
      console.log(`${name} ${value}${parameter === undefined ? '' : ` (batch ${parameter})`}: ${short(measured.rate)}`)
    }
    const own = parameter === undefined ? 'downslope, one thread' : `batch ${parameter}`
    lines.push({ name: own, points: points.map(([at, { rate }]) => [at, rate]) })
    if (limit && !threads) {
      const bound = points.map(([at, measured]) => [at, measured.limit])
      lines.push({ name: 'limit of one core (FMA)', points: bound, dashed: true })
    }
  }
  results[name] = lines
  writeFileSync(
    join(images, `scaling-${name}.svg`),
    curves({ title, subtitle: machine, x, y: 'rows a second', series: lines }),
  )
}
limit?.close()
writeFileSync(join(here, 'out', 'scaling.json'), `${JSON.stringify(results, undefined, 2)}\n`)
