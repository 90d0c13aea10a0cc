/**
 * Accuracy and error on real data: what docs/results.md says.
 *
 *     node scripts/results.mjs                  prints the table
 *     node scripts/results.mjs iris wine        … of some
 *     node scripts/results.mjs --write          … and puts it into docs/results.md
 *
 * The rows with images and larger tables need DOWNSLOPE_DATA (see examples/data/README.md) and are left out without it. Ends with 1 where a mean
 * misses its goal.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { IMAGES } from './results/images.mjs'
import { deviation, mean } from './results/protocols.mjs'
import { SMALL } from './results/small.mjs'
import { TABLES } from './results/tables.mjs'

const SEEDS = [0, 1, 2, 3, 4]
const EXPERIMENTS = { ...SMALL, ...IMAGES, ...TABLES }

/** Whether a mean keeps a goal such as `≥ 0.95`. */
function kept(value, goal) {
  const limit = Number(goal.slice(2))
  return goal.startsWith('≥') ? value >= limit : value <= limit
}

const wanted = process.argv.slice(2).filter((name) => name !== '--write')
const unknown = wanted.filter((name) => EXPERIMENTS[name] === undefined)
if (unknown.length > 0) {
  throw new Error(`unknown: ${unknown.join(', ')}; there are: ${Object.keys(EXPERIMENTS).join(', ')}`)
}

const head = [
  '| data | network and training | goal | mean of seeds 0–4 | deviation | lowest – highest | seconds a seed |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
]
const lines = new Map()
let missed = 0
console.log(head.join('\n'))
for (const [name, { what, goal, available, run }] of Object.entries(EXPERIMENTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  if (available?.() === false) {
    console.log(`(${name}: not found under DOWNSLOPE_DATA, left out)`)
    continue
  }
  const begin = performance.now()
  const values = []
  for (const seed of SEEDS) values.push(await run(seed))
  const seconds = (performance.now() - begin) / 1000 / SEEDS.length
  const places = values[0] > 2 ? 2 : 4
  const average = mean(values)
  const miss = goal !== undefined && !kept(average, goal)
  if (miss) missed++
  const range = `${Math.min(...values).toFixed(places)} – ${Math.max(...values).toFixed(places)}`
  const cells = [name, what, goal ?? '', `${average.toFixed(places)}${miss ? ' (missed)' : ''}`]
  const line = `| ${[...cells, deviation(values).toFixed(places), range, seconds.toFixed(1)].join(' | ')} |`
  lines.set(name, line)
  console.log(line)
}

/** Puts the lines that were measured into the page; the others stay as they were. */
function write() {
  const path = new URL('../docs/results.md', import.meta.url)
  const [before = '', rest = ''] = readFileSync(path, 'utf8').split('<!-- table -->')
  const [old = '', after = ''] = rest.split('<!-- end -->')
  const rows = Object.keys(EXPERIMENTS).flatMap((name) => {
    return lines.get(name) ?? old.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? []
  })
  const day = new Date().toISOString().slice(0, 10)
  const note = `Written ${day}: Node ${process.version}, ${process.platform}-${process.arch}, ${cpus().length} cores.`
  writeFileSync(path, `${before}<!-- table -->\n${[...head, ...rows].join('\n')}\n\n${note}\n<!-- end -->${after}`)
}

if (process.argv.includes('--write')) write()
process.exitCode = missed > 0 ? 1 : 0
