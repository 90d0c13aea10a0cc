/** Images, found through DOWNSLOPE_DATA. */
import { dense, input, rescale, sequential, sgd } from 'downslope'
import { images } from '../../examples/data/idx.mjs'
import { onTest } from './protocols.mjs'
import { classify } from './recipes.mjs'

/** 784 bytes to ten classes over the hidden layers named. */
function picture(...hidden) {
  const layers = hidden.map((units) => dense(units, { activation: 'relu' }))
  return sequential([input({ shape: [784] }), rescale(1 / 255), ...layers, dense(10)])
}

const pictureAdam = () => ({ ...classify, network: picture(256, 128), optimizer: 'adam', epochs: 10, batchSize: 128 })
const pictureSgd = () => ({
  ...classify,
  network: picture(256),
  optimizer: sgd({ learningRate: 0.01, weightDecay: 1e-4 }),
  epochs: 10,
  batchSize: 32,
})

export const IMAGES = {
  'Fashion-MNIST': {
    what: '784-256-128-10 relu, adam 0.001, 10 epochs of 128 · its 10,000 test images',
    goal: '≥ 0.88',
    available: () => images('fashion-mnist') !== undefined,
    run: onTest(() => images('fashion-mnist'), pictureAdam),
  },
  MNIST: {
    what: '784-256-128-10 relu, adam 0.001, 10 epochs of 128 · its 10,000 test images',
    goal: '≥ 0.978',
    available: () => images('mnist') !== undefined,
    run: onTest(() => images('mnist'), pictureAdam),
  },
  'Fashion-MNIST, sgd': {
    what: '784-256-10 relu, sgd 0.01, decay 1e-4, 10 epochs of 32 · its 10,000 test images',
    available: () => images('fashion-mnist') !== undefined,
    run: onTest(() => images('fashion-mnist'), pictureSgd),
  },
  'MNIST, sgd': {
    what: '784-256-10 relu, sgd 0.01, decay 1e-4, 10 epochs of 32 · its 10,000 test images',
    available: () => images('mnist') !== undefined,
    run: onTest(() => images('mnist'), pictureSgd),
  },
}
