/** The five small sets, which are part of the repository. */
import { adam, cosineDecay, dense, dropout, input, l2, rescale, sequential, standardize } from 'downslope'
import { breastCancer, diabetes, digits, iris, wine } from '../../examples/data/load.mjs'
import { overFolds } from './protocols.mjs'
import { classify, tabular } from './recipes.mjs'

/** Breast cancer with its first eight columns only: the means over the nuclei of radius … concave points. */
function eightColumns() {
  const { inputs, labels } = breastCancer()
  const [rows, width] = inputs.shape
  const data = Float32Array.from({ length: rows * 8 }, (_, i) => inputs.data[Math.floor(i / 8) * width + (i % 8)])
  return { inputs: { data, shape: [rows, 8] }, labels }
}

export const SMALL = {
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
    what: '10-16-1 relu, target standardised, l2 0.1, adam 0.005, 100 epochs of 32 · RMSE over 5 folds',
    goal: '≤ 56',
    run: overFolds(diabetes, () => ({
      loss: 'meanSquaredError',
      metric: 'rootMeanSquaredError',
      targetTransform: 'standardize',
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
}
