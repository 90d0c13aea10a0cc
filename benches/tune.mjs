/**
 * Random search over nine candidates, five folds and 30 epochs each, on digits: `tune` beside scikit-learn's RandomizedSearchCV over its
 * MLPClassifier, on the same rows, folds and candidates, in turns, both on all cores. Seconds by the clock, and of the processor: those say
 * little of the neighbours on a busy machine.
 *
 *     DOWNSLOPE_BENCH_PYTHON=python3 node benches/tune.mjs [rounds]
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import {
  adam,
  dataset,
  dense,
  float,
  input,
  kFold,
  manual,
  noPruner,
  ordinal,
  rescale,
  searchSpace,
  sequential,
  tune,
} from '../dist/index.js'
import { digits } from '../examples/data/load.mjs'
import { median } from './lib/numbers.mjs'
import { generator } from './lib/tasks.mjs'

const rounds = Number(process.argv[2] ?? 3)
const python = process.env.DOWNSLOPE_BENCH_PYTHON
const random = generator(1)
const candidates = Array.from({ length: 9 }, () => ({
  learningRate: 10 ** (-3 + 2 * (random() + 0.5)),
  batchSize: [10, 20, 30, 40][Math.floor((random() + 0.5) * 4)],
}))

const { inputs, labels } = digits()
const data = dataset({ inputs, labels })

async function ours() {
  const [began, used] = [performance.now(), process.cpuUsage()]
  const { trials, study } = await tune(data, {
    space: searchSpace({ learningRate: float(1e-4, 1, { scale: 'log' }), batchSize: ordinal([10, 20, 30, 40]) }),
    build: ({ learningRate, batchSize }) => ({
      network: sequential([input({ shape: [64] }), rescale(1 / 16), dense(100, { activation: 'relu' }), dense(10)]),
      loss: 'crossEntropy',
      optimizer: adam({ learningRate }),
      epochs: 30,
      batchSize,
    }),
    metric: 'accuracy',
    validation: kFold(5, { shuffle: false, stratify: false }),
    sampler: manual(candidates),
    pruner: noPruner(),
    refit: false,
    trials: candidates.length,
  })
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(used)
  await study.close()
  return { seconds, processor: (user + system) / 1e6, scores: trials.map(({ value }) => value) }
}

function theirs() {
  const script = fileURLToPath(new URL('peers/sklearn_search.py', import.meta.url))
  const job = { inputs: Array.from(inputs.data), labels: Array.from(labels), candidates }
  const { stdout, status, stderr } = spawnSync(python, [script], { input: JSON.stringify(job), maxBuffer: 1e8 })
  if (status !== 0) throw new Error(`${python}: ${stderr}`)
  return JSON.parse(stdout)
}

const say = (name, { seconds, processor, scores }) => {
  const times = `${seconds.toFixed(2)} s, ${processor.toFixed(2)} s of the processor`
  console.log(`${name.padEnd(20)} ${times}   ${scores.map((score) => score.toFixed(3)).join(' ')}`)
}
const turns = []
for (let round = 0; round < rounds; round++) {
  const own = await ours()
  say('downslope', own)
  if (!python) continue
  const { version, ...other } = theirs()
  say(`scikit-learn ${version}`, other)
  turns.push({ clock: other.seconds / own.seconds, processor: other.processor / own.processor })
}
if (!python) console.log('DOWNSLOPE_BENCH_PYTHON does not name a Python with scikit-learn')
for (const [name, key] of Object.entries({ 'by the clock': 'clock', 'of the processor': 'processor' })) {
  const ratios = turns.map((turn) => turn[key])
  if (ratios.length === 0) continue
  const range = `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}`
  console.log(`${availableParallelism()} cores: ${median(ratios).toFixed(1)} times as fast ${name} (${range})`)
}
data.close()
