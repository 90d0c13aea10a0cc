/** Larger tables, found through DOWNSLOPE_DATA. */
import { adam, adamw, cosineDecay, dense, input, sequential, standardize } from 'downslope'
import { adult, bikeSharing, diamonds, powerPlant } from '../../examples/data/tables.mjs'
import { onRandomPart, onTest } from './protocols.mjs'
import { classify } from './recipes.mjs'

/** Two hidden layers of 64. */
function network(inputs, outputs, activation = 'relu') {
  return sequential([
    input({ shape: [inputs] }),
    standardize(),
    dense(64, { activation }),
    dense(64, { activation }),
    dense(outputs),
  ])
}

const regress = { loss: 'meanSquaredError', metric: 'rootMeanSquaredError' }

export const TABLES = {
  'bike sharing': {
    what: '57-64-64-1 relu, log1p target, adamw 0.003 on a cosine, decay 0.05, 60 epochs of 64 · RMSE on a random fifth',
    goal: '≤ 48',
    available: () => bikeSharing() !== undefined,
    run: onRandomPart(bikeSharing, () => ({
      ...regress,
      network: network(57, 1),
      targetTransform: 'log1p',
      optimizer: adamw({ learningRate: cosineDecay({ initial: 0.003 }), weightDecay: 0.05 }),
      epochs: 60,
      batchSize: 64,
    })),
  },
  'power plant': {
    what: '4-64-64-1 relu, target standardised, adam 0.003 on a cosine, 100 epochs of 64 · RMSE on a random fifth',
    goal: '≤ 4.0',
    available: () => powerPlant() !== undefined,
    run: onRandomPart(powerPlant, () => ({
      ...regress,
      network: network(4, 1),
      targetTransform: 'standardize',
      optimizer: adam({ learningRate: cosineDecay({ initial: 0.003 }) }),
      epochs: 100,
      batchSize: 64,
    })),
  },
  diamonds: {
    what: '6-64-64-1 tanh, numeric columns only, log1p target, adam 0.002 on a cosine, 30 epochs of 128 · RMSE on a random fifth',
    available: () => diamonds() !== undefined,
    run: onRandomPart(diamonds, () => ({
      ...regress,
      // bounded: a width of 59 mm is a slip of the pen, and what a rectifier makes of it is not
      network: network(6, 1, 'tanh'),
      targetTransform: 'log1p',
      optimizer: adam({ learningRate: cosineDecay({ initial: 0.002 }) }),
      epochs: 30,
      batchSize: 128,
    })),
  },
  adult: {
    what: '5-64-64-2 relu, numeric columns only, adam 0.001 on a cosine, 20 epochs of 128 · its 16,281 test rows',
    available: () => adult() !== undefined,
    run: onTest(adult, () => ({
      ...classify,
      network: network(5, 2),
      optimizer: adam({ learningRate: cosineDecay({ initial: 0.001 }) }),
      epochs: 20,
      batchSize: 128,
    })),
  },
}
