/**
 * Accuracy and error on real data: what docs/results.md says.
 *
 *     node scripts/results.mjs                  prints the table
 *     node scripts/results.mjs iris wine        … of some
 *     node scripts/results.mjs --write          … and puts it into docs/results.md
 *
 * The rows with images need DOWNSLOPE_DATA (see examples/data/README.md) and are left out without it. Ends with 1 where a mean
 * misses its goal.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import {
  adam,
  cosineDecay,
  dataset,
  dense,
  dropout,
  fit,
  input,
  l2,
  rescale,
  sequential,
  sgd,
  standardize,
} from 'downslope'
import { images } from '../examples/data/idx.mjs'
import { breastCancer, diabetes, digits, iris, wine } from '../examples/data/load.mjs'

const SEEDS = [0, 1, 2, 3, 4]

/** One network, trained on one part and measured on another. */
async function score(train, test, { network, metric, ...options }, seed) {
  const { model } = await fit(network, train, { ...options, seed })
  const result = await model.evaluate(test, { metrics: [metric] })
  model.close()
  return result[metric]
}

/** The mean over five folds; for a root of a mean of squares the root of the mean of squares. */
function overFolds(load, build) {
  return async (seed) => {
    const data = dataset(load())
    const scores = []
    const recipe = build()
    for (const { train, validation } of data.kFold(5, { seed })) {
      scores.push(await score(train, validation, recipe, seed))
      train.close()
      validation.close()
    }
    data.close()
    if (recipe.metric !== 'rootMeanSquaredError') return mean(scores)
    return Math.sqrt(mean(scores.map((value) => value ** 2)))
  }
}

/** The test part that the set comes with. */
function onTest(set, build) {
  return async (seed) => {
    const data = images(set)
    const train = dataset(data.train)
    const test = dataset(data.test)
    const value = await score(train, test, build(), seed)
    train.close()
    test.close()
    return value
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values) {
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1))
}

const classify = { loss: 'crossEntropy', metric: 'accuracy' }

/** Features of a table, standardised on the training rows, one hidden layer. */
function tabular(inputs, hidden, outputs, { activation = 'relu', ...options } = {}) {
  return sequential([
    input({ shape: [inputs] }),
    standardize(),
    dense(hidden, { activation, ...options }),
    dense(outputs, options),
  ])
}

/** 784 bytes to ten classes over the hidden layers named. */
function picture(...hidden) {
  const layers = hidden.map((units) => dense(units, { activation: 'relu' }))
  return sequential([input({ shape: [784] }), rescale(1 / 255), ...layers, dense(10)])
}

/** Diabetes with a target between 0.25 and 3.46. */
function inHundreds() {
  const { inputs, targets } = diabetes()
  return { inputs, targets: { ...targets, data: targets.data.map((value) => value / 100) } }
}

/** Breast cancer with its first eight columns only: the means over the nuclei of radius … concave points. */
function eightColumns() {
  const { inputs, labels } = breastCancer()
  const [rows, width] = inputs.shape
  const data = Float32Array.from({ length: rows * 8 }, (_, i) => inputs.data[Math.floor(i / 8) * width + (i % 8)])
  return { inputs: { data, shape: [rows, 8] }, labels }
}

const pictureAdam = () => ({ ...classify, network: picture(256, 128), optimizer: 'adam', epochs: 10, batchSize: 128 })
const pictureSgd = () => ({
  ...classify,
  network: picture(256),
  optimizer: sgd({ learningRate: 0.01, weightDecay: 1e-4 }),
  epochs: 10,
  batchSize: 32,
})

const EXPERIMENTS = {
  iris: {
    what: '4-16-3 tanh, l2 0.001, adam 0.01, 60 epochs of 16 · 5 folds',
    goal: '≥ 0.95',
    run: overFolds(iris, () => ({
      ...classify,
      network: tabular(4, 16, 3, { activation: 'tanh', kernelRegularizer: l2(0.001) }),
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 60,
      batchSize: 16,
    })),
  },
  wine: {
    what: '13-32-3 relu, adam 0.01, 40 epochs of 16 · 5 folds',
    goal: '≥ 0.97',
    run: overFolds(wine, () => ({
      ...classify,
      network: tabular(13, 32, 3),
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 40,
      batchSize: 16,
    })),
  },
  'breast cancer': {
    what: '30-32-2 relu, l2 0.003, adam 0.003, 40 epochs of 32 · 5 folds',
    goal: '≥ 0.97',
    run: overFolds(breastCancer, () => ({
      ...classify,
      network: tabular(30, 32, 2, { kernelRegularizer: l2(0.003) }),
      optimizer: adam({ learningRate: 0.003 }),
      epochs: 40,
      batchSize: 32,
    })),
  },
  digits: {
    what: '64-100-10 relu, dropout 0.2, adam 0.003 on a cosine, 40 epochs of 32 · 5 folds',
    goal: '≥ 0.97',
    run: overFolds(digits, () => ({
      ...classify,
      network: sequential([
        input({ shape: [64] }),
        rescale(1 / 16),
        dense(100, { activation: 'relu' }),
        dropout(0.2),
        dense(10),
      ]),
      optimizer: adam({ learningRate: cosineDecay({ initial: 0.003 }) }),
      epochs: 40,
      batchSize: 32,
    })),
  },
  diabetes: {
    what: '10-16-1 relu, target in hundreds, l2 0.1, adam 0.005, 100 epochs of 32 · RMSE over 5 folds',
    goal: '≤ 56',
    unit: 100,
    run: overFolds(inHundreds, () => ({
      loss: 'meanSquaredError',
      metric: 'rootMeanSquaredError',
      network: tabular(10, 16, 1, { kernelRegularizer: l2(0.1) }),
      optimizer: adam({ learningRate: 0.005 }),
      epochs: 100,
      batchSize: 32,
    })),
  },
  'first network': {
    what: '8-10-1 relu and sigmoid, binary cross entropy, adam, 100 epochs of 10 · first 8 columns of breast cancer, 5 folds',
    run: overFolds(eightColumns, () => ({
      loss: 'binaryCrossEntropy',
      metric: 'accuracy',
      network: sequential([
        input({ shape: [8] }),
        standardize(),
        dense(10, { activation: 'relu' }),
        dense(1, { activation: 'sigmoid' }),
      ]),
      optimizer: 'adam',
      epochs: 100,
      batchSize: 10,
    })),
  },
  'Fashion-MNIST': {
    what: '784-256-128-10 relu, adam 0.001, 10 epochs of 128 · its 10,000 test images',
    goal: '≥ 0.88',
    set: 'fashion-mnist',
    run: onTest('fashion-mnist', pictureAdam),
  },
  MNIST: {
    what: '784-256-128-10 relu, adam 0.001, 10 epochs of 128 · its 10,000 test images',
    goal: '≥ 0.978',
    set: 'mnist',
    run: onTest('mnist', pictureAdam),
  },
  'Fashion-MNIST, sgd': {
    what: '784-256-10 relu, sgd 0.01, decay 1e-4, 10 epochs of 32 · its 10,000 test images',
    set: 'fashion-mnist',
    run: onTest('fashion-mnist', pictureSgd),
  },
  'MNIST, sgd': {
    what: '784-256-10 relu, sgd 0.01, decay 1e-4, 10 epochs of 32 · its 10,000 test images',
    set: 'mnist',
    run: onTest('mnist', pictureSgd),
  },
}

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
for (const [name, { what, goal, set, run, unit = 1 }] of Object.entries(EXPERIMENTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  if (set !== undefined && images(set) === undefined) {
    console.log(`(${name}: no ${set} under DOWNSLOPE_DATA, left out)`)
    continue
  }
  const begin = performance.now()
  const values = []
  for (const seed of SEEDS) values.push(unit * (await run(seed)))
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
