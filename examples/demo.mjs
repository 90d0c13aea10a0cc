/**
 * Tunes a small network on 1,437 handwritten digits, then tries the winner on 360 others.
 *
 *     npm run demo                 Ctrl-C ends the search and keeps what was done, a second one ends the training of the best;
 *                                  the next run goes on
 *     npm run demo -- --fresh      forgets earlier runs
 */
import { statSync } from 'node:fs'
import { relative } from 'node:path'
import {
  adam,
  choice,
  confusionMatrix,
  cosineDecay,
  dataset,
  dense,
  dropout,
  float,
  input,
  int,
  kFold,
  listStudies,
  loadModel,
  rescale,
  searchSpace,
  sequential,
  sgd,
  sqlite,
  tune,
} from 'downslope'
import { digits } from './data/load.mjs'
import { begunOtherwise, kept, keptStudy } from './kept.mjs'
import { bold, confusion, dim, done, green, print, progress, red, shades, sideBySide } from './terminal.mjs'

const TRIALS = 40
const PIXELS = 64

// 1. Data. Every fifth digit is kept for the test and not seen in the search.
const { inputs, labels } = digits()
const everything = dataset({ inputs, labels })
const rows = Array.from({ length: everything.size }, (_, row) => row)
const testRows = rows.filter((row) => row % 5 === 0)
const train = everything.subset(rows.filter((row) => row % 5 !== 0))
const test = everything.subset(testRows)

// 2. What is searched, and the network for a point of it.
const space = searchSpace({
  learningRate: float(1e-3, 1e-1, { scale: 'log' }),
  batchSize: int(10, 40),
  units: int(16, 128, { scale: 'log' }),
  dropout: float(0, 0.5),
  optimizer: choice({ adam: {}, sgd: { momentum: float(0, 0.95) } }),
})
function build({ learningRate, batchSize, units, dropout: share, optimizer }) {
  const rate = cosineDecay({ initial: learningRate })
  return {
    network: sequential([
      input({ shape: [PIXELS] }),
      rescale(1 / 16), // pixels go from 0 to 16
      dense(units, { activation: 'relu' }),
      dropout(share),
      dense(10),
    ]),
    loss: 'crossEntropy',
    optimizer:
      optimizer.kind === 'adam'
        ? adam({ learningRate: rate })
        : sgd({ learningRate: rate, momentum: optimizer.momentum }),
    epochs: 20,
    batchSize,
  }
}

// 3. The search. The study is kept in a file: what is done is done, whatever happens.
const file = keptStudy('demo.sqlite')
const storage = sqlite(file)
const earlier = (await listStudies(storage).catch(begunOtherwise)).find(({ name }) => name === 'digits')
const ended = earlier === undefined ? 0 : earlier.completed + earlier.pruned + earlier.failed
const trials = (Math.floor(ended / TRIALS) + 1) * TRIALS
print(bold(`\n${train.size} digits to learn from, ${test.size} to be tested on`))
print(dim(`64 pixels → relu, dropout → 10 classes · ${trials - ended} trials of 5 folds, ${ended} done before\n`))

const begin = performance.now()
const search = tune(train, {
  ...{ space, build, trials, storage, name: 'digits' },
  metric: 'accuracy',
  validation: kFold(5),
  seed: 1,
  progress: 'folds', // trials are seen while they run
})

const words = { running: 'running', completed: 'done', pruned: 'pruned', failed: 'failed' }
const score = (value) => (value === undefined ? '  –   ' : value.toFixed(4))
const row = ({ number, params, value, status, folds, best }) => {
  const { learningRate, batchSize, units, optimizer } = params
  const rule = optimizer.kind === 'adam' ? 'adam' : `sgd ${optimizer.momentum.toFixed(2)}`
  const cells = [
    String(number).padStart(5),
    `${learningRate.toFixed(4)} ${String(batchSize).padStart(5)} ${String(units).padStart(5)}`,
    params.dropout.toFixed(2),
    rule.padEnd(9),
    folds
      .map((fold) => (100 * fold).toFixed(0))
      .join(' ')
      .padEnd(14),
    score(value),
    best?.number === number ? 'best so far' : words[status],
  ]
  return cells.join('  ')
}
const running = new Map()
let count = ended
let stopping = false
function draw(best) {
  const text = `${count} of ${trials} trials, best ${best === undefined ? '–' : `${score(best.value)}, trial ${best.number}`}`
  const lines = [...running.values()].sort((a, b) => a.number - b.number).map(row)
  if (stopping) progress(count / trials, 'stopped; training the best on all rows')
  else progress(count / trials, count < trials ? text : 'training the best on all rows', lines)
}
function stop() {
  search.stop()
  stopping = true
  draw()
}
process.on('SIGINT', stop)

print(dim('trial    rate batch units  drop  optimizer  folds, %         score'))
try {
  for await (const record of search) {
    const { number, status, best } = record
    if (status === 'running') {
      running.set(number, record)
      draw(best)
    } else {
      running.delete(number)
      count++
      draw(best)
      const line = row(record)
      print(status === 'pruned' ? dim(line) : best?.number === number ? green(line) : line)
    }
  }
} catch (error) {
  done()
  begunOtherwise(error)
}
const { best, model, study, status } = await search
process.off('SIGINT', stop)
done()
const seconds = (performance.now() - begin) / 1000
const pruned = study.trials.filter((trial) => trial.status === 'pruned').length
print(dim(`\n${seconds.toFixed(1)} s; ${pruned} of ${study.trials.length} trials were pruned, ${status}`))
await study.close()
if (best === undefined || model === undefined) {
  const what =
    best === undefined ? 'no trial was completed' : `the best, trial ${best.number}, was not trained to the end`
  print(`${what}; the next run goes on\n`)
  process.exit()
}

// 4. The winner, which was trained on all of the training part, on the test part.
const { accuracy, loss } = await model.evaluate(test, { metrics: ['accuracy'] })
print(`best of the search  trial ${best.number}   accuracy ${best.value.toFixed(4)} over its folds`)
print(`${bold('test')}                loss ${loss.toFixed(4)}   accuracy ${bold(accuracy.toFixed(4))}\n`)

const pixels = new Uint8Array(testRows.length * PIXELS)
testRows.forEach((row, index) => {
  pixels.set(inputs.data.subarray(row * PIXELS, (row + 1) * PIXELS), index * PIXELS)
})
const images = { data: pixels, shape: [testRows.length, PIXELS] }
const said = Array.from(await model.predictClasses(images), Number)
const was = testRows.map((row) => labels[row])

const { classes, matrix } = confusionMatrix(was, said)
print(bold('confusion matrix') + dim('  rows: what it was, columns: what the model said\n'))
confusion(classes, matrix)

// 5. A few digits: up to four that it took for another, the rest as they come.
const wrong = was.flatMap((digit, index) => (said[index] === digit ? [] : [index])).slice(0, 4)
const right = was.flatMap((digit, index) => (said[index] === digit ? [index] : [])).slice(0, 8 - wrong.length)
print(bold('\nsamples') + dim('  mistakes first\n'))
const samples = [...wrong, ...right].map((index) => {
  const good = said[index] === was[index]
  const caption = `${was[index]}, said ${said[index]} ${good ? '✓' : '✗'}`.padEnd(16)
  return [...shades(pixels.subarray(index * PIXELS, (index + 1) * PIXELS), 8, 16), (good ? green : red)(caption)]
})
sideBySide(samples, 16)

// 6. Saved, loaded, the same.
const path = kept('digits.safetensors')
await model.save(path)
const loaded = await loadModel(path)
const before = await model.predict(images, { probabilities: true })
const after = await loaded.predict(images, { probabilities: true })
const same = before.data.every((value, index) => Object.is(value, after.data[index]))
print(`saved to ${relative('.', path)} (${(statSync(path).size / 1024).toFixed(0)} KiB) and loaded again`)
print(same ? green(`all ${testRows.length} predictions are the same, bit for bit`) : red('the predictions differ'))
print(`the study is in ${relative('.', file)}: run this again and it goes on\n`)
if (!same) process.exitCode = 1

loaded.close()
model.close()
everything.close()
