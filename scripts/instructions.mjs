/**
 * Guards the speed of training against regressions without a clock: instructions of fixed runs under valgrind, compared with
 * scripts/instructions.json.
 *
 *     node scripts/instructions.mjs            ends with 1 where a run takes over 2 % more than noted, or less
 *     node scripts/instructions.mjs --write    notes what it counts
 *
 * It needs valgrind and cargo. AVX2 is forced because valgrind does not know AVX-512. The steps alone count: each run is made twice, with
 * few steps and with more on the same number of rows, and the difference is divided. The compiler is part of what is counted: with
 * another one, note the numbers anew before a change and compare after it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const TOLERANCE = 0.02
const root = resolve(import.meta.dirname, '..')
const noted = join(root, 'scripts', 'instructions.json')
/** Model, batch, and the two numbers of steps. */
const RUNS = [
  ['mlp', 32, 2, 10],
  ['mlp', 128, 1, 4],
  ['small', 32, 20, 220],
]

if (spawnSync('valgrind', ['--version']).status !== 0) {
  console.error('instructions: valgrind is not there')
  process.exit(2)
}
const build = ['build', '--release', '-p', 'downslope-engine', '--example', 'steps', '--message-format=json']
const built = execFileSync('cargo', build, {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const { executable } = built
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
  .find(({ target, executable }) => executable && target?.name === 'steps')
const rustc = execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim()
const folder = mkdtempSync(join(tmpdir(), 'downslope-instructions-'))

/** Instructions of one run, with all that comes before the first step. */
function count(model, batch, steps, rows) {
  const file = join(folder, 'out')
  const tool = ['--tool=callgrind', `--callgrind-out-file=${file}`]
  const args = [...tool, executable, model, batch, 1, 1, steps, rows].map(String)
  const env = { ...process.env, DOWNSLOPE_SIMD: 'avx2' }
  const { status, stderr } = spawnSync('valgrind', args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(/^(?:totals|summary): (\d+)/m.exec(readFileSync(file, 'utf8'))[1])
}

let failed = false
const counted = {}
const before = (() => {
  try {
    return JSON.parse(readFileSync(noted, 'utf8'))
  } catch {
    return { runs: {} }
  }
})()
for (const [model, batch, few, many] of RUNS) {
  const rows = many * batch
  const perStep = Math.round((count(model, batch, many, rows) - count(model, batch, few, rows)) / (many - few))
  const name = `${model} ${batch}`
  counted[name] = perStep
  const old = before.runs[name]
  const change = old === undefined ? undefined : perStep / old - 1
  const off = change === undefined || Math.abs(change) > TOLERANCE
  failed ||= off
  const sign = change > 0 ? '+' : ''
  const verdict =
    change === undefined ? 'not noted yet' : `${sign}${(100 * change).toFixed(2)} %${off ? ': NOT AS NOTED' : ''}`
  console.log(`${name.padEnd(10)} ${String(perStep).padStart(10)} instructions a step   ${verdict}`)
}
rmSync(folder, { recursive: true, force: true })
if (before.rustc !== undefined && before.rustc !== rustc) console.log(`noted with ${before.rustc}, this is ${rustc}`)
if (process.argv.includes('--write')) {
  writeFileSync(noted, `${JSON.stringify({ rustc, runs: counted }, undefined, 2)}\n`)
} else if (failed) {
  process.exitCode = 1
}
