/** How long an ask takes with 10 floats, and how late timers are while a study runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as downslope from '../../dist/index.js'
import { median, quantile, table } from '../lib/numbers.mjs'
import { generator } from '../lib/tasks.mjs'
import { optuna } from './contestants.mjs'

const { createStudy, float, searchSpace } = downslope
const names = Array.from({ length: 10 }, (_, i) => `x${i}`)
const space = searchSpace(Object.fromEntries(names.map((name) => [name, float(0, 1)])))
const value = (params) => names.reduce((total, name) => total + (params[name] - 0.3) ** 2, 0)
const cases = [
  ['tpe', 1_000, 201],
  ['tpe', 10_000, 101],
  ['gaussianProcess', 100, 41],
  ['gaussianProcess', 500, 21],
]

async function asks(name, trials, count) {
  const random = generator(1)
  const study = await createStudy({ space, direction: 'minimize', sampler: downslope[name](), lag: 1 })
  for (let trial = 0; trial < trials; trial++) {
    await study.enqueue(Object.fromEntries(names.map((each) => [each, 0.5 + random()])))
  }
  await study.optimize((params) => value(params), { trials, workers: 1 })
  const times = []
  for (let ask = 0; ask < count; ask++) {
    const begin = performance.now()
    const trial = await study.ask()
    times.push(performance.now() - begin)
    await trial.tell(value(trial.params))
  }
  await study.close()
  // the first one reads the whole history
  return { first: times[0], median: median(times.slice(1)), p90: quantile(times.slice(1), 0.9) }
}

/** Markdown. */
export async function latencyTable() {
  const theirs = optuna('latency')
  const rows = []
  for (const [name, trials, count] of cases) {
    const { first, median, p90 } = await asks(name, trials, count)
    const peer = theirs.find((line) => trials === line.trials && (line.sampler === 'tpe') === (name === 'tpe'))
    rows.push([
      `${name}, ${trials} trials`,
      median.toFixed(2),
      p90.toFixed(2),
      first.toFixed(0),
      peer?.milliseconds.toFixed(0) ?? '',
    ])
  }
  return table(['ask, milliseconds', 'median', 'p90', 'the first (reads the history)', 'Optuna, median'], rows)
}

/** With a study of so many trials, or for two seconds without one. */
async function delays(name, trials) {
  const late = []
  let running = true
  const timer = (async () => {
    while (running) {
      const begin = performance.now()
      await sleep(1)
      late.push(performance.now() - begin - 1)
    }
  })()
  const begin = performance.now()
  if (name === undefined) await sleep(2000)
  else {
    const study = await createStudy({ space, direction: 'minimize', sampler: downslope[name]() })
    await study.optimize((params) => value(params), { trials, workers: 2 })
    await study.close()
  }
  const seconds = (performance.now() - begin) / 1000
  running = false
  await timer
  return { seconds, median: median(late), p99: quantile(late, 0.99), largest: Math.max(...late) }
}

/** Markdown. */
export async function delayTable() {
  const rows = []
  for (const [name, trials] of [
    [undefined, 0],
    ['random', 10_000],
    ['tpe', 10_000],
    ['gaussianProcess', 300],
  ]) {
    const result = await delays(name, trials)
    const { seconds } = result
    rows.push([
      name === undefined ? 'no study' : `${name}, ${trials} trials`,
      seconds.toFixed(1),
      ...[result.median, result.p99, result.largest].map((ms) => ms.toFixed(2)),
    ])
  }
  return table(['timers of 1 ms are late by, ms', 'seconds', 'median', 'p99', 'largest'], rows)
}
