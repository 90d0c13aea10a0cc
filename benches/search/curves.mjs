/** Learning curves at a budget of 20 full ones: every sampler with every pruner. */
import { createStudy, float, searchSpace } from '../../dist/index.js'
import { median, table } from '../lib/numbers.mjs'
import { optuna, pruners, samplers } from './contestants.mjs'
import { curveNames, folder, readTable } from './problems.mjs'

const FULL = 20

/** A parameter's coordinate in [0, 1]. */
function scaled({ low, high, log, log_one_minus: complement }, value) {
  const at = (x) => (complement ? Math.log(1 - x) : log ? Math.log(x) : x)
  return (at(value) - at(low)) / (at(high) - at(low))
}

function task(name) {
  const header = readTable(name)
  const [, steps] = header.shape
  const points = header.points.map((point) => point.map((value, i) => scaled(header.space[i], value)))
  // in coordinates where each parameter is uniform: what a logarithmic scale would do, and that of 1 − x besides
  const space = searchSpace(Object.fromEntries(header.space.map((each) => [each.name, float(0, 1)])))
  const names = header.space.map((each) => each.name)
  const nearest = (params) => {
    let [best, index] = [Number.POSITIVE_INFINITY, 0]
    for (const [i, point] of points.entries()) {
      let distance = 0
      for (let k = 0; k < names.length; k++) distance += (point[k] - params[names[k]]) ** 2
      if (distance < best) [best, index] = [distance, i]
    }
    return header.data.subarray(index * steps, (index + 1) * steps)
  }
  return { name, space, steps, nearest, regret: (value) => (value - header.best) / (header.median - header.best) }
}

async function once({ space, steps, nearest, regret }, sampler, pruner, seed) {
  const study = await createStudy({ space, direction: 'minimize', sampler, pruner, seed, lag: 1 })
  const budget = FULL * steps
  let [paid, best] = [0, Number.POSITIVE_INFINITY]
  while (paid < budget) {
    const trial = await study.ask()
    const curve = nearest(trial.params)
    let told = Number.POSITIVE_INFINITY
    for (let step = 0; step < steps; step++) {
      if (paid++ >= budget) told = 'pruned'
      if (told === 'pruned') break
      const value = Number.isNaN(curve[step]) ? Number.POSITIVE_INFINITY : curve[step]
      best = Math.min(best, value)
      told = value
      // steps are counted from 1: after this one, so much has been spent
      trial.report(step + 1, value)
      if (trial.shouldPrune()) {
        told = 'pruned'
        break
      }
    }
    await trial.tell(told)
  }
  await study.close()
  return regret(best)
}

const mean = (list) => list.reduce((total, each) => total + each, 0) / list.length

/** Markdown: mean / median over tasks and seeds. */
export async function curveTable({ seeds, peers, lines, only }) {
  const tasks = curveNames().map(task)
  if (tasks.length === 0) return 'no tables'
  const rows = []
  const line = (name, pruner, list) => {
    const each = tasks.map(({ name }) => mean(list.filter(([task]) => task === name).map(([, regret]) => regret)))
    const all = list.map(([, regret]) => regret)
    rows.push([
      `${name} + ${pruner}`,
      list.length / tasks.length,
      mean(all).toFixed(3),
      median(all).toFixed(3),
      ...each.map((m) => m.toFixed(2)),
    ])
    console.error(...rows.at(-1))
  }
  for (const [name, make] of samplers.filter(([name]) => only === undefined || only.includes(name))) {
    for (const [pruning, prune] of pruners) {
      const list = []
      for (const each of tasks) {
        for (let seed = 0; seed < seeds; seed++)
          list.push([each.name, await once(each, make(), prune(each.steps), seed)])
      }
      line(name, pruning, list)
    }
  }
  for (const [name, pruning] of peers) {
    const before = lines.filter((line) => line.sampler === `optuna ${name}` && line.pruner === pruning)
    const list = before.length > 0 ? before : optuna('curves', name, pruning, 0, seeds, folder)
    if (list.length > 0) {
      line(
        `Optuna ${name}`,
        pruning,
        list.map(({ problem, regret }) => [problem, regret]),
      )
    }
  }
  rows.sort((a, b) => a[2] - b[2])
  return table(['sampler + pruner', 'seeds', 'mean', 'median', ...tasks.map((_, index) => `task ${index + 1}`)], rows)
}
