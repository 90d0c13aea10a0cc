import {
  adam,
  choice,
  dense,
  float,
  input,
  int,
  kFold,
  searchSpace,
  sequential,
  standardize,
} from '../../../src/index.ts'

const space = searchSpace({
  learningRate: float(1e-4, 1, { scale: 'log' }),
  units: int(2, 32, { scale: 'log' }),
  batchSize: choice([8, 16]),
})

/** A network for flowers, and how it is trained. */
export const build = ({
  learningRate,
  units,
  batchSize,
}: {
  learningRate: number
  units: number
  batchSize: number
}) => ({
  network: sequential([input({ shape: [4] }), standardize(), dense(units, { activation: 'tanh' }), dense(3)]),
  loss: 'crossEntropy' as const,
  optimizer: adam({ learningRate }),
  epochs: 4,
  batchSize,
})

/** A search of twelve trials, some of which are pruned. */
export const options = { space, build, metric: 'accuracy', validation: kFold(4), trials: 12, seed: 3, lag: 4 } as const
