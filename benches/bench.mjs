/**
 * downslope side by side with others, in rounds that take turns.
 *
 *     node bench.mjs                     downslope against loops in JavaScript: under two minutes, nothing to install
 *     node bench.mjs --all               … and all peers that are installed (`npm run bench:all` installs them)
 *     node bench.mjs --all --write       … and puts the tables into README.md
 *
 * `--rounds N` and `--seconds S` (of each contestant in a round) change how long it takes, `--only text` keeps the parts whose
 * name has the text: `digits`, `curve`, `threads`, `avx2`, `floor`, `shape`, `predict`, `memory` …
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { digits, median, short, spread, table } from './lib/numbers.mjs'
import { contestants, here, limitProgram, row, start } from './lib/processes.mjs'
import { judged } from './lib/targets.mjs'
import { FLOORS, flopsPerRow, parametersOf, prepare, TASKS } from './lib/tasks.mjs'

const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
  },
})
const rounds = Number(options.rounds ?? (options.all ? 5 : 3))
const seconds = Number(options.seconds ?? (options.all ? 0.6 : 0.4))
const wanted = (name) => options.only === undefined || name.includes(options.only)
const LEARN = 4096
const BATCHES = [32, 128, 1024]

const git = (...args) => {
  try {
    return execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
const began = new Date()
const commit = git('rev-parse', '--short', 'HEAD')
const load = loadavg()[0]
const folder = join(tmpdir(), `downslope-bench-${process.pid}`)
mkdirSync(folder, { recursive: true })
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const startLimit = limitProgram()
if (!startLimit) console.log('no limit: it needs cargo\n')
const limit = startLimit?.()
const skipped = new Map()
const results = { training: {}, other: {} }

/** Rows a second by the clock of the processor where one thread is pinned: a neighbour on the core does not count. */
const byCpu = ({ rows, cpu }) => rows / cpu
const byTime = ({ rows, seconds }) => rows / seconds

/** Lets peers train in turns, the order reversed every other round; resolves to the rates of each, round by round. */
async function takeTurns(peers, { measure = byCpu, between = async () => {}, times = rounds, each = seconds } = {}) {
  const rates = peers.map(() => [])
  const failed = new Set()
  const turn = async (index) => {
    const answer = await peers[index].ask({ do: 'train', seconds: each })
    if (answer.error) failed.add(index)
    return answer.error ? Number.NaN : measure(answer)
  }
  for (const index of peers.keys()) {
    await peers[index].ask({ do: 'train', seconds: each / 2 })
  }
  for (let round = 0; round < times; round++) {
    await between()
    const order = [...peers.keys()]
    if (round % 2 === 1) order.reverse()
    for (const index of order) rates[index].push(await turn(index))
  }
  return rates.map((list, index) => (failed.has(index) ? undefined : list))
}

const quotients = (a, b) => a.map((value, round) => value / b[round])

/** Seconds that a row needs at least: multiply-adds, and for Adam a root and a division for each parameter and step. */
function floorOf({ sizes, optimizer }, batch, { fma, root }) {
  const adam = optimizer.kind === 'adam' ? parametersOf(sizes) / root / batch : 0
  return flopsPerRow(sizes) / fma + adam
}

async function training(name, batch, everybody) {
  const task = TASKS[name]
  const job = { name, folder: prepare(folder, name), batch, threads: 1 }
  const peers = []
  for (const contestant of everybody) {
    if (contestant.missing) {
      skipped.set(contestant.title, contestant.missing)
      continue
    }
    const peer = await start(contestant, job)
    if (peer.error) skipped.set(contestant.title, peer.error)
    else peers.push(peer)
  }
  const losses = []
  for (const peer of peers) losses.push(await peer.ask({ do: 'learn', rows: LEARN }))
  const limits = []
  const between = async () => {
    if (!limit) return
    const rates = { fma: await limit.rate('fma'), root: await limit.rate('root') }
    limits.push(1 / floorOf(task, batch, rates))
  }
  const rates = await takeTurns(peers, { between })
  for (const peer of peers) peer.close()
  const entry = { limit: limits.length > 0 ? median(limits) : undefined, limits, contestants: {} }
  peers.forEach(({ key, title, version }, index) => {
    if (!rates[index]) {
      skipped.set(`${title}, ${name}, batch ${batch}`, 'failed while training')
      return
    }
    entry.contestants[key] = {
      title,
      version,
      rate: median(rates[index]),
      spread: spread(rates[index]),
      rates: rates[index],
      loss: losses[index].loss,
      ratio: rates[0] && median(quotients(rates[0], rates[index])),
      share: limits.length > 0 ? median(quotients(rates[index], limits)) : undefined,
    }
  })
  results.training[name] ??= {}
  results.training[name][batch] = entry
  console.log(`${trainingTable(name, batch)}\n`)
}

function trainingTable(name, batch) {
  const { limit: most, contestants: list } = results.training[name][batch]
  const lines = Object.values(list).map((c) => [
    c.title,
    short(c.rate),
    `± ${c.spread} %`,
    c.share === undefined ? '' : `${(100 * c.share).toFixed(c.share < 0.1 ? 1 : 0)} %`,
    c.title === 'downslope' ? '' : `${digits(c.ratio)} ×`,
    c.loss?.toPrecision(5) ?? '',
  ])
  const bound = most ? ` (limit ${short(most)})` : ''
  const head = [
    `${TASKS[name].title}, batch ${batch}`,
    `rows/s${bound}`,
    'spread',
    'of the limit',
    'downslope is',
    'loss',
  ]
  return table(head, lines)
}

const note = (key, value, unit, more = {}) => {
  results.other[key] = { value, unit, ...more }
  console.log(`${key}: ${digits(value)} ${unit}${more.of ? ` (${more.of})` : ''}`)
}

const [downslope] = contestants(false)

/** Variants of downslope in turns; resolves to their rates. */
async function variants(jobs, how) {
  const peers = []
  for (const { env, ...job } of jobs) {
    const peer = await start(
      { ...downslope, env },
      { threads: 1, ...job, folder: prepare(folder, job.name, job.change) },
    )
    if (peer.error) throw new Error(peer.error)
    peers.push(peer)
  }
  const rates = await takeTurns(peers, how)
  for (const peer of peers) peer.close()
  return rates
}

/** Two threads, and as many as the engine finds worth it, against one: by time, not pinned. */
async function threads(batch) {
  const jobs = [1, 2, 0].map((count) => ({ name: 'digits', batch, threads: count, free: true }))
  const [one, two, chosen] = await variants(jobs, { measure: byTime, times: rounds + 2 })
  for (const [key, rates] of [
    [`threads-${batch}`, two],
    [`chosen-${batch}`, chosen],
  ]) {
    const gains = quotients(rates, one)
    const of = `${short(median(rates))} rows/s against ${short(median(one))}, at best ${digits(Math.max(...gains))} ×`
    note(key, median(gains), '×', { spread: spread(gains), of })
  }
}

async function avx2() {
  const env = { DOWNSLOPE_SIMD: 'avx2' }
  const own = startLimit?.(env)
  if (!own) return
  try {
    const limits = []
    const between = async () => {
      limits.push((await own.rate('fma')) / flopsPerRow(TASKS.digits.sizes))
    }
    const [rates] = await variants([{ name: 'digits', batch: 128, env }], { between, times: rounds + 6 })
    const shares = quotients(rates, limits)
    const of = `${short(median(rates))} rows/s, ${digits(Math.min(...shares))} to ${digits(Math.max(...shares))}`
    note('avx2', median(shares), 'of its limit', { of, rates, limits })
  } catch (error) {
    skipped.set('AVX2 forced', error.message)
  } finally {
    own.close()
  }
}

async function floors() {
  if (!limit) return
  const batch = 32
  const { sizes } = TASKS.large
  const parameters = parametersOf(sizes)
  const limits = []
  const between = async () => {
    limits.push({ fma: await limit.rate('fma'), bytes: await limit.rate(`bytes ${parameters * 12}`) })
  }
  const jobs = Object.values(FLOORS).map(({ optimizer }) => ({ name: 'large', batch, change: { optimizer } }))
  const rates = await variants(jobs, { between, times: rounds + 6 })
  Object.entries(FLOORS).forEach(([name, { states }], index) => {
    const steps = rates[index].map((rate) => batch / rate)
    const least = limits.map(
      ({ fma, bytes }) => (batch * flopsPerRow(sizes)) / fma + (parameters * 8 * (1 + states)) / bytes,
    )
    const over = quotients(steps, least)
    const range = `${digits(Math.min(...over))} to ${digits(Math.max(...over))}`
    const of = `${digits(1e3 * median(steps))} ms a step, ${digits(1e3 * median(least))} ms at least; ${range}`
    note(`floor-${name}`, median(over), '×', { of, steps, least })
  })
}

/** Clipping by the norm of all gradients, against the step that updates in the gradient's product. */
async function clipping() {
  const batch = 32
  const jobs = [{}, { clipNorm: 1 }].map((change) => ({ name: 'digits', batch, change: { ...change, rows: 20_000 } }))
  const [fused, clipped] = await variants(jobs, { times: rounds + 6 })
  const over = quotients(fused, clipped)
  const of = `${short(median(clipped))} rows/s against ${short(median(fused))}`
  note('clip-norm', median(over), '×', { of, spread: spread(over) })
}

/** A loss made of expressions against the built-in one. */
async function ownLoss() {
  for (const name of ['curve', 'digits']) {
    const jobs = [{}, { own: true }].map((change) => ({ name, batch: 32, change }))
    const [ours, own] = await variants(jobs, { times: rounds + 2 })
    const over = quotients(ours, own)
    const of = `${short(median(own))} rows/s against ${short(median(ours))}`
    note(`own-loss-${name}`, median(over), '×', { of, spread: spread(over) })
  }
}

/** What metrics add to an epoch of 58,000 rows. */
async function metrics() {
  const jobs = [[], ['f1'], ['auc']].map((list) => ({ name: 'digits', batch: 32, change: { metrics: list } }))
  const [plain, ...others] = await variants(jobs, { times: rounds + 2 })
  ;['f1', 'auc'].forEach((metric, index) => {
    const over = quotients(plain, others[index])
    const of = `${short(median(others[index]))} rows/s against ${short(median(plain))}`
    note(`metric-${metric}`, median(over), '×', { of, spread: spread(over) })
  })
}

async function shapes() {
  const sized = (batch, hidden, more) => {
    const change = { sizes: [784, hidden, 10], rows: 20_000, ...more }
    return { name: 'digits', batch, change }
  }
  const jobs = [
    sized(32, 256),
    sized(32, 256, { dropout: 0.2 }),
    sized(32, 256, { regularizer: { l1: 1e-5, l2: 1e-4 } }),
    sized(8, 256),
    sized(7, 256),
    sized(32, 96),
    sized(32, 100),
    sized(7, 100),
  ]
  const rates = await variants(jobs)
  const flops = rates.map((list, index) => {
    const each = flopsPerRow(jobs[index].change.sizes)
    return list.map((rate) => rate * each)
  })
  const compare = (key, index, base) =>
    note(key, median(quotients(flops[index], flops[base])), '×', { of: `${short(median(rates[index]))} rows/s` })
  compare('shape-dropout', 1, 0)
  compare('shape-l1l2', 2, 0)
  compare('shape-batch7', 4, 3)
  compare('shape-width100', 6, 5)
  compare('shape-both', 7, 0)
}

function smallThings() {
  const several = (count, measure) => median(Array.from({ length: count }, measure))
  if (wanted('predict')) {
    note(
      'predict-digits',
      several(3, () => row('predict.mjs', TASKS.digits.sizes).median),
      'µs',
    )
    note(
      'predict-curve',
      several(3, () => row('predict.mjs', TASKS.curve.sizes).median),
      'µs',
    )
  }
  if (wanted('small-fit'))
    note(
      'small-fit',
      several(3, () => row('small-fit.mjs').median),
      'ms',
    )
  if (wanted('import'))
    note(
      'import',
      several(5, () => row('import.mjs').imported),
      'ms',
    )
}

function heavyThings() {
  if (wanted('memory')) {
    const peak = (batch) => median(Array.from({ length: 3 }, () => row('memory.mjs', [batch]).peak))
    const idle = peak('idle')
    for (const batch of [32, 1024, 'all']) note(`memory-${batch}`, peak(batch) - idle, 'MB over idle')
  }
  if (wanted('event-loop')) {
    const { idle, training } = row('event-loop.mjs', [4], { pin: false })
    note('event-loop', training.p99, 'ms', { of: `${digits(idle.p99)} ms when idle`, idle, training })
  }
}

/** Runs a part that is wanted; one that fails is left out with its reason. */
async function part(name, work) {
  if (!wanted(name)) return
  try {
    await work()
  } catch (error) {
    skipped.set(name, error.message.split('\n')[0])
  }
}

const everybody = contestants(options.all)
for (const name of ['digits', 'curve']) {
  for (const batch of BATCHES) await part(name, () => training(name, batch, everybody))
}
if (options.all) {
  await part('online', online)
  for (const batch of BATCHES) await part('threads', () => threads(batch))
  await part('avx2', avx2)
  await part('floor', floors)
  await part('clip', clipping)
  await part('own-loss', ownLoss)
  await part('metrics', metrics)
  await part('shape', shapes)
}
smallThings()
if (options.all) heavyThings()
limit?.close()

/** Libraries that can only learn row by row, or only their own network: rows a second next to downslope with batches of one row. */
async function online() {
  const node = (file, title) => ({ key: file, title, command: [process.execPath, `contestants/${file}.mjs`] })
  const peers = []
  const job = { name: 'digits', folder: prepare(folder, 'digits'), batch: 1, threads: 1 }
  for (const contestant of [downslope, node('brain', 'brain.js'), node('ml-fnn', 'ml-fnn')]) {
    const peer = await start(contestant, job)
    if (peer.error) skipped.set(contestant.title, peer.error)
    else peers.push(peer)
  }
  const losses = []
  for (const peer of peers) losses.push(await peer.ask({ do: 'learn', rows: 512 }))
  const rates = await takeTurns(peers, { times: Math.min(rounds, 3) })
  for (const peer of peers) peer.close()
  results.online = peers.flatMap(({ title, version }, index) =>
    rates[index]
      ? [
          {
            title,
            version,
            rate: median(rates[index]),
            ratio: median(quotients(rates[0], rates[index])),
            ...losses[index],
          },
        ]
      : [],
  )
  console.log(`${onlineTable()}\n`)
}

function onlineTable() {
  const lines = results.online.map(({ title, version, rate, ratio, loss, wrong }) => [
    title,
    version,
    short(rate),
    title === 'downslope' ? '' : `${digits(ratio)} ×`,
    wrong === undefined ? loss.toPrecision(3) : `${(100 * wrong).toFixed(1)} % wrong`,
  ])
  return table(['784-256-10, one row a step', 'version', 'rows/s', 'downslope is', 'after 512 rows'], lines)
}

const versions = [
  ...new Set(
    Object.values(results.training).flatMap((batches) =>
      Object.values(batches).flatMap((entry) => Object.values(entry.contestants).map(({ version }) => version)),
    ),
  ),
]
results.about = {
  date: began.toISOString().slice(0, 16).replace('T', ' '),
  minutes: Math.round((Date.now() - began) / 6e4),
  machine: `${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
  node: process.version,
  commit,
  load: [load, loadavg()[0]],
  rounds,
  seconds,
  command: `npm run ${options.all ? 'bench:all' : 'bench'}`,
  versions,
  skipped: Object.fromEntries(skipped),
}
results.targets = judged(results)

function targetTable() {
  return table(
    ['target', 'to reach', 'measured', 'reached'],
    results.targets.map(({ text, target, measured, reached }) => [
      text,
      target,
      digits(measured),
      reached ? 'yes' : 'no',
    ]),
  )
}

function report() {
  const { about } = results
  const out = [
    `Measured ${about.date} UTC in ${about.minutes} minutes, commit ${about.commit}: \`${about.command}\`, ${about.rounds} rounds of ${about.seconds} s.`,
    `Machine: ${about.machine}; load ${about.load.map(digits).join(' before, ')} after (one contestant makes 1). Node ${about.node}.`,
    `Versions: ${about.versions.join('; ')}.`,
  ]
  const missing = Object.entries(about.skipped).map(([title, why]) => `- ${title}: ${why}`)
  if (missing.length > 0) out.push('', 'Left out:', '', ...missing)
  for (const name of Object.keys(results.training)) {
    for (const batch of Object.keys(results.training[name])) out.push('', trainingTable(name, batch))
  }
  if (results.online) out.push('', onlineTable())
  out.push('', '### Targets', '', targetTable())
  return out.join('\n')
}

console.log(`\n${targetTable()}`)
for (const [title, why] of skipped) console.log(`left out: ${title}: ${why}`)
mkdirSync(join(here, 'out'), { recursive: true })
const file = join(here, 'out', `${options.all ? 'all' : 'quick'}.json`)
writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
console.log(`\n${results.about.minutes} minutes; ${file}`)
if (options.write) {
  const path = join(here, 'README.md')
  const [before, after] = ['<!-- results -->', '<!-- /results -->']
  const text = readFileSync(path, 'utf8')
  const head = text.slice(0, text.indexOf(before) + before.length)
  writeFileSync(path, `${head}\n\n${report()}\n\n${text.slice(text.indexOf(after))}`)
}
