/**
 * How fast a file of studies is: `node storage.mjs [--rounds N] [--write] [--folder F]`, beside Optuna's SQLite storage where
 * `DOWNSLOPE_BENCH_PYTHON` names a Python that has it. In turns, on the disk of the folder (default: `out`).
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { digits, median, short, spread, table } from './lib/numbers.mjs'
import { here, row } from './lib/processes.mjs'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string' }, write: { type: 'boolean', default: false }, folder: { type: 'string' } },
})
const rounds = Number(options.rounds ?? 3)
const parent = resolve(options.folder ?? join(here, 'out'))
mkdirSync(parent, { recursive: true })

const python = process.env.DOWNSLOPE_BENCH_PYTHON
const node = ['--import=@oxc-node/core/register']
const ours = (job) => row('storage.mjs', [JSON.stringify({ parent, ...job })], { pin: false, node })
const theirs = (job) => {
  const args = [join(here, 'peers/optuna_storage.py'), JSON.stringify({ parent, ...job })]
  return JSON.parse(execFileSync(python, args, { encoding: 'utf8' }).trim().split('\n').at(-1))
}

const jobs = {
  sync: () => ours({ task: 'sync' }),
  one: () => ours({ task: 'write', trials: 20_000 }),
  eight: () => ours({ task: 'write', trials: 20_000, workers: 8 }),
  awaited: () => ours({ task: 'write', trials: 1000, workers: 1, awaited: true }),
  awaitedEight: () => ours({ task: 'write', trials: 4000, workers: 8, awaited: true }),
  reports: () => ours({ task: 'write', trials: 4000, reports: 50 }),
  process: () => ours({ task: 'write', trials: 20_000, durability: 'process' }),
  processAwaited: () => ours({ task: 'write', trials: 20_000, durability: 'process', awaited: true }),
  open: () => ours({ task: 'open', trials: 100_000 }),
}
let missing = python ? '' : 'DOWNSLOPE_BENCH_PYTHON does not name a Python'
if (python) {
  try {
    theirs({ task: 'write', trials: 1 })
    jobs.optuna = () => theirs({ task: 'write', trials: 100 })
    jobs.optunaReports = () => theirs({ task: 'write', trials: 15, reports: 50 })
    jobs.optunaOpen = () => theirs({ task: 'open', trials: 400 })
  } catch (error) {
    missing = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .at(-1)
  }
}

const before = loadavg()[0]
const results = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]))
const names = Object.keys(jobs)
for (let round = 0; round < rounds; round++) {
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    results[name].push(jobs[name]())
    console.error(`round ${round + 1}: ${name} ${JSON.stringify(results[name].at(-1))}`)
  }
}

const all = (name, of) => results[name].map((each) => each[of])
const line = (title, name, peer) => {
  const rates = all(name, 'rate')
  const late = results[name][0].late === undefined ? '' : digits(median(all(name, 'late')))
  const times = peer && results[peer] ? `${digits(median(rates) / median(all(peer, 'rate')))} ×` : ''
  return [title, short(median(rates)), `± ${spread(rates)} %`, late, times]
}
const peer = (title, name) => (results[name] ? [line(title, name)] : [])
const head = ['on this disk', 'a second', 'spread', 'timer late, p99 ms', 'times Optuna']
const writes = table(head, [
  line('4 KiB written and synced, one after the other', 'sync'),
  line('durable trials, the next begins at once (as in a study), 1 worker', 'one', 'optuna'),
  line('the same, 8 workers in one process', 'eight', 'optuna'),
  line('durable trials, each awaited before the next, 1 worker', 'awaited', 'optuna'),
  line('the same, 8 workers in one process', 'awaitedEight', 'optuna'),
  line('durable trials with 50 reports each, 1 worker', 'reports', 'optunaReports'),
  line("trials with durability 'process'", 'process', 'optuna'),
  line("trials with durability 'process', each awaited", 'processAwaited', 'optuna'),
  ...peer('Optuna, SQLite, random sampler: trials', 'optuna'),
  ...peer('Optuna, SQLite, random sampler: trials with 50 reports each', 'optunaReports'),
])
const [seconds, opened] = [median(all('open', 'seconds')), median(all('open', 'opened'))]
const goals = [
  ['durable trials/s, 5 parameters', '≥ 2,000', short(median(all('one', 'rate'))), median(all('one', 'rate')) >= 2000],
  [
    'reports/s (50 a trial)',
    '≥ 20,000',
    short(50 * median(all('reports', 'rate'))),
    50 * median(all('reports', 'rate')) >= 20_000,
  ],
  ['`openStudy` of 100,000 trials: s', '< 1', digits(opened), opened < 1],
]
const text = [
  `Measured ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC: \`node storage.mjs\`, ${rounds} rounds.`,
  `Machine: ${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}; load ${before.toFixed(2)} before. Node ${process.version}.`,
  missing ? `Optuna was left out: ${missing}` : `Optuna ${results.optuna[0].version}.`,
  '',
  writes,
  '',
  `A trial takes ${Math.round(median(all('one', 'bytes')))} bytes in the file, one with 50 reports ${Math.round(median(all('reports', 'bytes')))}.`,
  `Opening a study of 100,000 trials and having its records: ${digits(seconds)} s (± ${spread(all('open', 'seconds'))} %). Of these ${digits(opened)} s are \`openStudy\`, timers meanwhile ${digits(median(all('open', 'late')))} ms late at p99, and ${digits(median(all('open', 'shown')))} s the first \`study.trials\`, which is one piece; the next is free.`,
  ...(results.optunaOpen
    ? [`Optuna takes ${digits((1e3 * median(all('optunaOpen', 'seconds'))) / 400)} ms a trial to open one of 400.`]
    : []),
  '',
  table(
    ['goal', 'to reach', 'measured', 'reached'],
    goals.map(([name, goal, value, reached]) => [name, goal, value, reached ? 'yes' : 'no']),
  ),
].join('\n')
console.log(text)
if (options.write) {
  const path = join(here, 'storage.md')
  const [start, rest] = readFileSync(path, 'utf8').split('<!-- results -->')
  writeFileSync(path, `${start}<!-- results -->\n\n${text}\n\n<!-- /results -->${rest.split('<!-- /results -->')[1]}`)
}
