/**
 * What pruning folds saves: the same random search with `forgiving()` and with `noPruner()` on five data sets and several seeds. The result is
 * the same where the best trial is; time is what both took for all of their trials.
 *
 *     node benches/fold-pruning.mjs [seeds] [folds] [loss] [narrow]
 *
 * 5 seeds, 10 folds, accuracy and root mean squared error; or the mean loss; narrow: the ranges that somebody who knows would search.
 */
import {
  adam,
  dataset,
  dense,
  float,
  forgiving,
  input,
  int,
  kFold,
  noPruner,
  random,
  searchSpace,
  sequential,
  standardize,
  tune,
} from '../dist/index.js'
import { breastCancer, diabetes, digits, iris, wine } from '../examples/data/load.mjs'
import { median, table } from './lib/numbers.mjs'

const seeds = Number(process.argv[2] ?? 5)
const FOLDS = Number(process.argv[3] ?? 10)
const narrow = process.argv.includes('narrow')
const byLoss = process.argv.includes('loss')
const TRIALS = 60
const EPOCHS = 15

const space = narrow
  ? searchSpace({
      learningRate: float(1e-3, 1e-1, { scale: 'log' }),
      batchSize: int(10, 40),
      units: int(4, 128, { scale: 'log' }),
    })
  : searchSpace({
      learningRate: float(1e-5, 1, { scale: 'log' }),
      batchSize: int(8, 128, { scale: 'log' }),
      units: int(2, 128, { scale: 'log' }),
    })

const classes = { loss: 'crossEntropy', metric: 'accuracy' }
const numbers = { loss: 'meanSquaredError', metric: 'rootMeanSquaredError', targetTransform: 'standardize' }
const sets = {
  iris: { load: iris, inputs: 4, outputs: 3, ...classes },
  wine: { load: wine, inputs: 13, outputs: 3, ...classes },
  'breast cancer': { load: breastCancer, inputs: 30, outputs: 2, ...classes },
  digits: { load: digits, inputs: 64, outputs: 10, ...classes },
  diabetes: { load: diabetes, inputs: 10, outputs: 1, ...numbers },
}

async function search({ data, inputs, outputs, metric, loss, targetTransform }, pruner, seed) {
  const [began, used] = [performance.now(), process.cpuUsage()]
  const { best, trials, study } = await tune(data, {
    space,
    build: ({ learningRate, batchSize, units }) => ({
      network: sequential([
        input({ shape: [inputs] }),
        standardize(),
        dense(units, { activation: 'relu' }),
        dense(outputs),
      ]),
      ...(targetTransform ? { targetTransform } : {}),
      ...{ loss, batchSize, epochs: EPOCHS, optimizer: adam({ learningRate }) },
    }),
    metric: byLoss ? 'loss' : metric,
    validation: kFold(FOLDS),
    sampler: random(),
    pruner,
    trials: TRIALS,
    seed,
    refit: false,
  })
  const { user, system } = process.cpuUsage(used)
  await study.close()
  const folds = trials.reduce((sum, { folds }) => sum + folds.values.length, 0)
  return { best, folds, processor: (user + system) / 1e6, seconds: (performance.now() - began) / 1000 }
}

const rows = []
let faster = 0
let runs = 0
for (const [name, { load, ...set }] of Object.entries(sets)) {
  const data = dataset(load())
  const found = []
  for (let seed = 0; seed < seeds; seed++) {
    const all = await search({ data, ...set }, noPruner(), seed)
    const some = await search({ data, ...set }, forgiving(), seed)
    const ratio = all.processor / some.processor
    found.push({ all, some, ratio, same: all.best.value === some.best.value })
    runs++
    if (ratio >= 2 && all.best.value === some.best.value) faster++
  }
  data.close()
  rows.push([
    name,
    `${median(found.map(({ some }) => some.folds))} of ${TRIALS * FOLDS}`,
    median(found.map(({ ratio }) => ratio)).toFixed(2),
    `${Math.min(...found.map(({ ratio }) => ratio)).toFixed(2)} – ${Math.max(...found.map(({ ratio }) => ratio)).toFixed(2)}`,
    median(found.map(({ all, some }) => all.seconds / some.seconds)).toFixed(2),
    `${found.filter(({ same }) => same).length} of ${seeds}`,
  ])
}
console.log(table(['data', 'folds trained', 'processor time', 'range', 'clock', 'the same best'], rows))
console.log(`\nat least twice as fast to the same result: ${faster} of ${runs}`)
