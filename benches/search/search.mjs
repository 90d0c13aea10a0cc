/**
 * Samplers and pruners on recorded trainings and closed-form functions.
 *
 *     DOWNSLOPE_DATA=… node search/search.mjs               all parts; prints Markdown
 *
 * `--only regret,curves,latency,delay` picks parts, `--samplers tpe,random` samplers, `--seeds N` (30), `--peer-seeds N` (5)
 * how many runs; `--peer-lines FILE` takes what `optuna_peer.py` has printed before. `--write` puts what was measured into README.md. `DOWNSLOPE_DATA` names a folder that has `hpo` in it, where
 * the tables are; without it only the functions run. `DOWNSLOPE_BENCH_PYTHON` names a Python with Optuna; it takes part then.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { optuna } from './contestants.mjs'
import { curveTable } from './curves.mjs'
import { delayTable, latencyTable } from './latency.mjs'
import { regretTable } from './regret.mjs'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'regret,curves,latency,delay' },
    samplers: { type: 'string' },
    seeds: { type: 'string', default: '30' },
    'peer-seeds': { type: 'string', default: '5' },
    'peer-lines': { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const only = options.samplers?.split(',')
const seeds = Number(options.seeds)
const peerSeeds = Number(options['peer-seeds'])
const lines = (options['peer-lines'] === undefined ? '' : readFileSync(options['peer-lines'], 'utf8'))
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
const parts = {
  regret: () => regretTable({ seeds, only, lines, peers: { tpe: seeds, gp: peerSeeds } }),
  curves: () =>
    curveTable({
      seeds,
      only,
      lines,
      peers: ['random', 'tpe'].flatMap((name) =>
        ['none', 'median', 'asha', 'asha4', 'hyperband'].map((pruner) => [name, pruner]),
      ),
    }),
  latency: latencyTable,
  delay: delayTable,
}
const readme = join(import.meta.dirname, 'README.md')
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: import.meta.dirname,
  encoding: 'utf8',
}).trim()
const [peer] = optuna('version')
for (const name of options.only.split(',')) {
  const begin = new Date()
  const load = loadavg()[0]
  const result = await parts[name]()
  const minutes = Math.ceil((Date.now() - begin) / 60_000)
  const about = [
    `Measured ${begin.toISOString().slice(0, 16).replace('T', ' ')} UTC in ${minutes} min, commit ${commit}:`,
    `\`node search/search.mjs ${process.argv.slice(2).join(' ')}\`. ${cpus()[0].model.trim()}, ${cpus().length} cores,`,
    `load ${load.toFixed(1)} before; Node ${process.version}${peer ? `, Optuna ${peer.version}` : ''}.`,
  ].join(' ')
  const text = `${about}\n\n${result}\n`
  console.log(`## ${name}\n\n${text}`)
  if (options.write) {
    const [from, to] = [`<!-- ${name} -->\n`, `<!-- end ${name} -->`]
    const old = readFileSync(readme, 'utf8')
    const [head, tail] = [old.indexOf(from) + from.length, old.indexOf(to)]
    writeFileSync(readme, `${old.slice(0, head)}\n${text}\n${old.slice(tail)}`)
  }
}
