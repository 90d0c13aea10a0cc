/**
 * Finds learning rate, size and dropout for wines: what is searched, what is trained, and what came of it.
 *
 *     node examples/tune.mjs              Ctrl-C ends the search and keeps what was done; the next run goes on from it
 *     node examples/tune.mjs --fresh      forgets earlier runs
 */
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  adam,
  dataset,
  dense,
  dropout,
  float,
  input,
  int,
  kFold,
  searchSpace,
  sequential,
  sqlite,
  standardize,
  tune,
} from 'downslope'
import { wine } from './data/load.mjs'

const [train, test] = dataset(wine()).split(0.25, { seed: 1 })

// the study is kept in a file, so that a search which was broken off goes on where it was
const out = fileURLToPath(new URL('out/', import.meta.url))
mkdirSync(out, { recursive: true })
const file = `${out}tune.sqlite`
if (process.argv.includes('--fresh')) {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
}

const search = tune(train, {
  space: searchSpace({
    learningRate: float(1e-4, 1e-1, { scale: 'log' }),
    units: int(4, 64, { scale: 'log' }),
    dropout: float(0, 0.5),
  }),
  build: ({ learningRate, units, dropout: share }) => ({
    network: sequential([
      input({ shape: [13] }),
      standardize(),
      dense(units, { activation: 'relu' }),
      dropout(share),
      dense(3),
    ]),
    loss: 'crossEntropy',
    optimizer: adam({ learningRate }),
    epochs: 30,
    batchSize: 16,
  }),
  metric: 'accuracy',
  validation: kFold(5),
  trials: 20,
  seed: 1,
  storage: sqlite(file),
  name: 'wine',
})
process.once('SIGINT', () => search.stop())

// a trial whose first folds are worse than anything that the best has seen is not worth the others
for await (const { number, value, status, folds } of search) {
  console.log(`trial ${number}: ${value?.toFixed(3)} over ${folds.length} folds, ${status}`)
}

const { best, model, study } = await search
if (best === undefined || model === undefined) {
  await study.close()
  console.log('no winner yet; the next run goes on')
  process.exit()
}
console.log(`best: trial ${best.number} with ${best.value.toFixed(3)}:`, best.params)
const { accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
console.log(`on wines that the search has not seen: accuracy ${accuracy.toFixed(3)}`)
model.close()
await study.close()
