/** Regret after 100 trials, one after the other: every sampler on every problem. */
import { createStudy } from '../../dist/index.js'
import { median, table } from '../lib/numbers.mjs'
import { optuna, samplers } from './contestants.mjs'
import { folder, problems } from './problems.mjs'

const TRIALS = 100
/** Numbers of the tables' README, measured by others with Optuna: its default (TPE of 5.0.0 where that was measured) and its GP. */
const reference = {
  branin: [0.0186, 6.9e-6],
  hartmann6: [0.116, 1.2e-4],
  rosenbrock5: [6.25, 4.3],
  levy8: [7.11, 3.07],
  'hpolib-protein': [0.0464, 0],
  'hpolib-naval': [3.1e-5, 1.0e-4],
  'hpolib-parkinsons': [0.0099, 0.0045],
  'hpobench-nn-australian': [0.0661, 0.0942],
  'hpobench-nn-car': [0, 0.0063],
  'hpobench-nn-kc1': [0.0277, 0.0295],
  'hpobench-nn-segment': [0.0172, undefined],
  'hpobench-nn-vehicle': [0.0039, undefined],
}

async function once({ space, value, direction, regret }, sampler, seed) {
  const study = await createStudy({ space, direction, sampler, seed, lag: 1 })
  const { best } = await study.optimize((params) => value(params), { trials: TRIALS, workers: 1 })
  await study.close()
  return regret(best.value)
}

const mean = (list) => list.reduce((total, each) => total + each, 0) / list.length
const log = (value, floor) => Math.log(Math.max(0, value) + floor)
const show = (value) => (value === undefined ? '' : Math.abs(value) < 1e-12 ? '0' : value.toPrecision(2))

/** Markdown. */
export async function regretTable({ seeds, peers, lines, only }) {
  const all = problems()
  const results = new Map()
  const add = (name, problem, regret) => {
    if (!results.has(name)) results.set(name, new Map())
    const lists = results.get(name)
    lists.set(problem, [...(lists.get(problem) ?? []), regret])
  }
  for (const [name, make] of samplers.filter(([name]) => only === undefined || only.includes(name))) {
    for (const problem of all) {
      for (let seed = 0; seed < seeds; seed++) add(name, problem.name, await once(problem, make(), seed))
      console.error(name, problem.name, show(median(results.get(name).get(problem.name))))
    }
  }
  const names = all.map(({ name }) => name).join(',')
  lines.sort((a, b) => a.seed - b.seed)
  for (const line of lines) if (line.pruner === undefined) add(line.sampler, line.problem, line.regret)
  for (const [name, count] of Object.entries(peers)) {
    if (results.has(`optuna ${name}`)) continue
    for (const line of optuna('regret', name, names, 0, count, folder ?? '.'))
      add(line.sampler, line.problem, line.regret)
  }
  const columns = [...results.keys()]
  const head = [
    'median regret',
    ...columns.map((name) => `${name} (${results.get(name).get('branin').length})`),
    'reference TPE',
    'reference GP',
  ]
  const rows = all.map(({ name }) => [
    name,
    ...columns.map((column) => show(median(results.get(column).get(name)))),
    ...(reference[name] ?? [undefined, undefined]).map(show),
  ])
  const over = (each) => (column) =>
    show(Math.exp(mean(all.map((problem) => each(results.get(column).get(problem.name), problem.floor)))))
  rows.push([
    'geometric mean of all runs',
    ...columns.map(over((list, floor) => mean(list.map((r) => log(r, floor))))),
    '',
    '',
  ])
  // a peer that takes long has fewer seeds
  const few = Math.min(...columns.map((column) => results.get(column).get('branin').length))
  rows.push([
    `geometric mean of seeds 0 to ${few - 1}`,
    ...columns.map(over((list, floor) => mean(list.slice(0, few).map((r) => log(r, floor))))),
    '',
    '',
  ])
  rows.push(['geometric mean of medians', ...columns.map(over((list, floor) => log(median(list), floor))), '', ''])
  return table(head, rows)
}
