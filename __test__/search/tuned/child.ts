import {
  adam,
  dense,
  float,
  input,
  int,
  kFold,
  searchSpace,
  sequential,
  sqlite,
  standardize,
  type TuneProgress,
  tune,
} from '../../../src/index.ts'
import { iris } from '../tables.ts'
import { essence, hash } from './essence.ts'

/*
 * Searches on iris and says each trial that has ended, then what came of it.
 * tuned/child.ts FILE WORKERS [MOST]
 * With MOST it begins nothing after it has said so many, and waits to be killed.
 */
const [file = '', workers = '1', most = 'Infinity'] = process.argv.slice(2)
let said = 0
const search = tune(iris(), {
  space: searchSpace({ learningRate: float(1e-4, 1, { scale: 'log' }), units: int(2, 32, { scale: 'log' }) }),
  build: ({ learningRate, units }) => {
    if (said >= Number(most)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return {
      network: sequential([input({ shape: [4] }), standardize(), dense(units, { activation: 'tanh' }), dense(3)]),
      loss: 'crossEntropy',
      optimizer: adam({ learningRate }),
      epochs: 20,
      batchSize: 4,
    }
  },
  metric: 'loss',
  validation: kFold(5),
  trials: 40,
  lag: 4,
  seed: 9,
  storage: sqlite(file),
  name: 'iris',
  workers: Number(workers),
})
for await (const { number } of search as AsyncIterable<TuneProgress>) {
  console.log(`ended ${number}`)
  said++
}
const { trials, model, study } = await search
console.log(JSON.stringify({ essence: essence(trials), weights: hash(model) }))
await study.close()
