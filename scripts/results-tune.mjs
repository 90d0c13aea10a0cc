/**
 * Tuning on real data: what docs/results.md says of it. Each method searches on a training part with five folds; the winner, trained on all of that part,
 * is measured on a test part that the search has not seen.
 *
 *     node scripts/results-tune.mjs              prints the table
 *     node scripts/results-tune.mjs --write      … and puts it into docs/results.md
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import {
  adam,
  choice,
  dataset,
  dense,
  float,
  gaussianProcess,
  grid,
  input,
  int,
  kFold,
  manual,
  random,
  searchSpace,
  sequential,
  sgd,
  standardize,
  tpe,
  tune,
} from 'downslope'
import { breastCancer, digits } from '../examples/data/load.mjs'
import { deviation, mean } from './results/protocols.mjs'

const SEEDS = [0, 1, 2, 3, 4]
const SETS = {
  digits: { load: digits, inputs: 64, outputs: 10 },
  'breast cancer': { load: breastCancer, inputs: 30, outputs: 2 },
}

const whole = searchSpace({
  learningRate: float(0.001, 0.1, { scale: 'log' }),
  batchSize: int(10, 40),
  units: int(8, 128, { scale: 'log' }),
  optimizer: choice({ adam: {}, sgd: { momentum: float(0, 0.95) } }),
  decay: float(1e-6, 1e-2, { scale: 'log' }),
})
// the two that matter most, as a grid is usually laid
const few = searchSpace({
  learningRate: float(0.001, 0.1, { scale: 'log' }),
  batchSize: int(10, 40),
})
const usual = { units: 64, optimizer: { kind: 'adam' }, decay: 1e-4 }
const hand = [0.001, 0.01, 0.1].map((learningRate) => ({ learningRate, batchSize: 32, ...usual }))

const METHODS = {
  'manual, 3': { space: whole, sampler: manual(hand), trials: 3 },
  // a batch size is a whole number: it has three values only where it is named
  'grid, 3 × 3': {
    space: few,
    sampler: grid({ resolution: { learningRate: 3, batchSize: 3 } }),
    trials: 9,
    exhausted: true,
  },
  'random, 10': { space: whole, sampler: random(), trials: 10 },
  'Gaussian process, 10 + 10': { space: whole, sampler: gaussianProcess({ startup: 10 }), trials: 20 },
  'TPE, 10 + 10': { space: whole, sampler: tpe({ startup: 10 }), trials: 20 },
  'random, 20': { space: whole, sampler: random(), trials: 20 },
}

function candidate(inputs, outputs) {
  return (params) => {
    const { learningRate, batchSize, units, optimizer, decay } = { ...usual, ...params }
    const options = { learningRate, weightDecay: decay }
    return {
      network: sequential([
        input({ shape: [inputs] }),
        standardize(),
        dense(units, { activation: 'relu' }),
        dense(outputs),
      ]),
      loss: 'crossEntropy',
      optimizer: optimizer.kind === 'adam' ? adam(options) : sgd({ ...options, momentum: optimizer.momentum }),
      epochs: 30,
      batchSize,
    }
  }
}

async function search({ load, inputs, outputs }, { space, sampler, trials: count, exhausted = false }, seed) {
  const data = dataset(load())
  const [train, test] = data.split(0.25, { seed })
  const began = performance.now()
  const { best, model, study, trials, status } = await tune(train, {
    ...{ space, sampler, seed },
    ...(exhausted ? {} : { trials: count }),
    build: candidate(inputs, outputs),
    metric: 'accuracy',
    validation: kFold(5),
  })
  const seconds = (performance.now() - began) / 1000
  if (trials.length !== count || (exhausted && status !== 'exhausted')) {
    throw new Error(`${sampler.kind}: ${trials.length} trials where ${count} were expected, ${status}`)
  }
  const { accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
  const folds = trials.reduce((sum, { folds }) => sum + folds.values.length, 0)
  model.close()
  await study.close()
  data.close()
  return { value: best.value, accuracy, folds, seconds }
}

const lines = [
  '| data | sampler, trials | folds trained | best of the search | test part | deviation | seconds |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
]
console.log(lines.join('\n'))
for (const [name, set] of Object.entries(SETS)) {
  for (const [method, options] of Object.entries(METHODS)) {
    const found = []
    for (const seed of SEEDS) found.push(await search(set, options, seed))
    const of = (key) => found.map((one) => one[key])
    const cells = [
      name,
      method,
      `${mean(of('folds')).toFixed(0)} of ${options.trials * 5}`,
      mean(of('value')).toFixed(4),
      mean(of('accuracy')).toFixed(4),
      deviation(of('accuracy')).toFixed(4),
      mean(of('seconds')).toFixed(1),
    ]
    lines.push(`| ${cells.join(' | ')} |`)
    console.log(lines.at(-1))
  }
}

if (process.argv.includes('--write')) {
  const path = new URL('../docs/results.md', import.meta.url)
  const [before = '', rest = ''] = readFileSync(path, 'utf8').split('<!-- tuning -->')
  const [, after = ''] = rest.split('<!-- end of tuning -->')
  const day = new Date().toISOString().slice(0, 10)
  const note = `Written ${day}: Node ${process.version}, ${process.platform}-${process.arch}, ${cpus().length} cores, shared with others.`
  writeFileSync(path, `${before}<!-- tuning -->\n${lines.join('\n')}\n\n${note}\n<!-- end of tuning -->${after}`)
}
