import {
  adam,
  choice,
  dense,
  float,
  input,
  int,
  kFold,
  type Network,
  type Optimizer,
  type SearchSpace,
  searchSpace,
  sequential,
  standardize,
  type Validation,
} from '../../../src/index.ts'

interface Params {
  readonly learningRate: number
  readonly units: number
  readonly batchSize: number
}

interface Built {
  readonly network: Network
  readonly loss: 'crossEntropy'
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly batchSize: number
}

const space: SearchSpace<Params> = searchSpace({
  learningRate: float(1e-4, 1, { scale: 'log' }),
  units: int(2, 32, { scale: 'log' }),
  batchSize: choice([8, 16]),
})

/** A network for flowers, and how it is trained. */
export const build = ({ learningRate, units, batchSize }: Params): Built => ({
  network: sequential([input({ shape: [4] }), standardize(), dense(units, { activation: 'tanh' }), dense(3)]),
  loss: 'crossEntropy',
  optimizer: adam({ learningRate }),
  epochs: 4,
  batchSize,
})

interface Options {
  readonly space: SearchSpace<Params>
  readonly build: (params: Params) => Built
  readonly metric: 'accuracy'
  readonly validation: Validation
  readonly trials: number
  readonly seed: number
  readonly lag: number
}

/** A search of twelve trials, some of which are pruned. */
export const options: Options = { space, build, metric: 'accuracy', validation: kFold(4), trials: 12, seed: 3, lag: 4 }
