/** Constant, exponential, step and cosine rates; batch sizes from 8 to all. */
import {
  constant,
  cosineDecay,
  dataset,
  dense,
  exponentialDecay,
  fit,
  input,
  rescale,
  sequential,
  sgd,
  stepDecay,
} from 'downslope'
import { digits } from '../../examples/data/load.mjs'
import { mean } from '../results/protocols.mjs'
import { panels } from './panels.mjs'

const SEEDS = [0, 1, 2, 3, 4]
const EPOCHS = 40

const hidden = () => sequential([input({ shape: [64] }), rescale(1 / 16), dense(64, { activation: 'relu' }), dense(10)])
/** Too small to learn all rows by heart, so that the noise of the batches stays. */
const linear = () => sequential([input({ shape: [64] }), rescale(1 / 16), dense(10)])

/** Mean over seeds of what each epoch measured. */
async function curve(network, options) {
  const runs = []
  for (const seed of SEEDS) {
    const data = dataset(digits())
    const [train, validation] = data.split([0.7, 0.3], { seed })
    const { history } = await fit(network(), train, {
      loss: 'crossEntropy',
      metrics: ['accuracy'],
      epochs: EPOCHS,
      ...options,
      validation,
      seed,
    })
    runs.push(
      history.map(({ loss, seconds, validation: { accuracy, loss: unseen } }) => ({ loss, unseen, accuracy, seconds })),
    )
    for (const one of [train, validation, data]) one.close()
  }
  const at = (epoch, name) => mean(runs.map((run) => run[epoch][name]))
  return runs[0].map((_, epoch) => ({
    loss: at(epoch, 'loss'),
    unseen: at(epoch, 'unseen'),
    accuracy: at(epoch, 'accuracy'),
    seconds: at(epoch, 'seconds'),
  }))
}

const RATES = {
  constant: constant(1),
  exponential: exponentialDecay({ initial: 1, decayRate: 0.9, decaySteps: 40 }),
  'steps of 1/10': stepDecay({ initial: 1, factor: 0.1, every: 15 * 40 }),
  cosine: cosineDecay({ initial: 1 }),
}

const log = (value) => Math.log10(value)
const decades = (low, high) => Array.from({ length: high - low + 1 }, (_, i) => [low + i, `1e${low + i}`])

/** The study of schedules. */
export async function rates() {
  const found = []
  for (const [name, learningRate] of Object.entries(RATES)) {
    const epochs = await curve(linear, { optimizer: sgd({ learningRate, momentum: 0.9 }), batchSize: 32 })
    found.push([name, learningRate, epochs])
  }
  const steps = Array.from({ length: EPOCHS }, (_, i) => i * 40)
  const run = (step) => ({ epoch: 1 + Math.floor(step / 40), stepsPerEpoch: 40, totalSteps: EPOCHS * 40 })
  const legend = found.map(([name], color) => ({ name, color }))
  const line = (of) =>
    found.map(([name, , epochs]) => ({ name, marks: false, points: epochs.map((e, i) => [i + 1, of(e)]) }))
  const picture = panels({
    title: 'The same start, four schedules',
    subtitle: 'digits, 64-10 without a hidden layer, SGD with momentum 0.9 from a high rate of 1, mean of five seeds',
    legend,
    panels: [
      {
        title: 'Learning rate',
        x: 'epoch',
        series: found.map(([name, rate]) => ({
          name,
          marks: false,
          points: steps.map((s, i) => [i + 1, rate(s, run(s))]),
        })),
      },
      { title: 'Training loss, logarithm', x: 'epoch', series: line((e) => log(e.loss)) },
      { title: 'Validation loss', x: 'epoch', floor: 0, series: line((e) => e.unseen) },
      {
        title: 'Validation accuracy',
        x: 'epoch',
        floor: 0.9,
        ceiling: 1,
        series: line((e) => Math.max(e.accuracy, 0.9)),
      },
    ],
  })
  const table = found.map(([name, , epochs]) => {
    const last = epochs.at(-1)
    return [name, last.loss.toExponential(1), last.unseen.toFixed(3), last.accuracy.toFixed(4)]
  })
  return { picture, table }
}

/** The study of batch sizes. */
export async function batches() {
  const found = []
  for (const batchSize of [8, 16, 32, 64, 128, 256, 'all']) {
    found.push([batchSize, await curve(hidden, { optimizer: sgd({ learningRate: 0.1 }), batchSize })])
  }
  const rows = Math.round(1797 * 0.7)
  const steps = (size) => (size === 'all' ? 1 : Math.ceil(rows / size))
  const legend = found.map(([size], color) => ({ name: String(size), color }))
  const lines = (x) =>
    found.map(([size, epochs]) => {
      let seconds = 0
      const points = epochs.map((e, i) => {
        seconds += e.seconds
        return [x(i + 1, size, seconds), log(e.loss)]
      })
      return { name: String(size), marks: false, points }
    })
  const picture = panels({
    title: 'Batch size: per epoch, per step',
    subtitle:
      'digits, 64-64-10 relu, SGD at a rate of 0.1, 40 epochs, mean of five seeds; logarithm of the training loss',
    legend,
    panels: [
      { title: 'The same number of epochs', x: 'epoch', series: lines((epoch) => epoch) },
      {
        title: 'The same number of steps',
        x: 'steps',
        series: lines((epoch, size) => log(epoch * steps(size))),
        labels: decades(0, 3),
      },
    ],
  })
  const table = found.map(([size, epochs]) => {
    const last = epochs.at(-1)
    return [
      String(size),
      String(steps(size) * EPOCHS),
      last.loss.toFixed(4),
      last.unseen.toFixed(3),
      last.accuracy.toFixed(4),
    ]
  })
  return { picture, table }
}
