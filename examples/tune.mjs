/**
 * Finds learning rate, size and dropout for wines: what is searched, what is trained, and what came of it.
 *
 *     node examples/tune.mjs              Ctrl-C ends the search and keeps what was done; the next run goes on from it
 *     node examples/tune.mjs --fresh      forgets earlier runs
 */
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
import { begunOtherwise, keptStudy } from './kept.mjs'

const [train, test] = dataset(wine()).split(0.25, { seed: 1 })

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
  storage: sqlite(keptStudy('tune.sqlite')), // a search that was broken off goes on where it was
  name: 'wine',
})
process.on('SIGINT', () => search.stop()) // while the winner is trained, it leaves that untrained

// a trial whose first folds are worse than anything that the best has seen is not worth the others
try {
  for await (const { number, value, status, folds } of search) {
    console.log(`trial ${number}: ${value?.toFixed(3)} over ${folds.length} folds, ${status}`)
  }
} catch (error) {
  begunOtherwise(error)
}

const { best, model, study } = await search
await study.close()
if (best === undefined) {
  console.log('no trial was completed; the next run goes on')
  process.exit()
}
console.log(`best: trial ${best.number} with ${best.value.toFixed(3)}:`, best.params)
if (model === undefined) {
  console.log('the best was not trained to the end; the next run goes on')
  process.exit()
}
const { accuracy } = await model.evaluate(test, { metrics: ['accuracy'] })
console.log(`on wines that the search has not seen: accuracy ${accuracy.toFixed(3)}`)
model.close()
