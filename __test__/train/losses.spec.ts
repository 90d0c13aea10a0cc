/** Each loss trains something sensible on a small real data set, and refuses targets that it has no minimum for. */
import test from 'ava'
import { breastCancer, diabetes, iris } from '../../examples/data/load.mjs'
import {
  adam,
  dataset,
  dense,
  fit,
  initializers,
  input,
  type LossFunction,
  type LossName,
  recall,
  sequential,
  sgd,
  standardize,
} from '../../src/index.ts'
import { lossNames } from '../../src/loss/index.ts'
import * as ops from '../../src/ops.ts'
import { rejectsCode } from '../helpers.ts'

/** A linear model of standardised features. */
const linear = (features: number, outputs: number) =>
  sequential([input({ shape: [features] }), standardize(), dense(outputs)])
const common = { optimizer: adam({ learningRate: 0.05 }), epochs: 60, batchSize: 32 }
const kinds: Record<LossName, 'amounts' | 'counts' | 'two' | 'species' | 'shares'> = {
  meanSquaredError: 'amounts',
  meanAbsoluteError: 'amounts',
  huber: 'amounts',
  logCosh: 'amounts',
  poisson: 'counts',
  hinge: 'two',
  binaryCrossEntropy: 'two',
  crossEntropy: 'species',
  kullbackLeibler: 'shares',
}

const argmax = (row: Iterable<number>): number =>
  [...row].reduce((best, value, at, all) => (value > (all[best] ?? 0) ? at : best), 0)

for (const loss of lossNames) {
  test(`${loss} converges`, async (t) => {
    switch (kinds[loss]) {
      case 'amounts': {
        // least squares leave 53.5, the least absolute errors a little more; the mean alone 77
        const data = dataset(diabetes())
        const options = { ...common, loss, targetTransform: 'standardize', metrics: ['rootMeanSquaredError'] } as const
        const { model, history } = await fit(linear(10, 1), data, options)
        const { rootMeanSquaredError } = await model.evaluate(data, { metrics: ['rootMeanSquaredError'] })
        t.true(rootMeanSquaredError < 60, `${rootMeanSquaredError}`)
        t.true((history.at(-1)?.loss ?? 1) < 0.8 * (history[0]?.loss ?? 0))
        break
      }
      case 'counts': {
        const { inputs, targets } = diabetes()
        const data = dataset({ inputs, targets })
        const { model } = await fit(linear(10, 1), data, { ...common, loss, epochs: 150 })
        const rates = Array.from((await model.predict(inputs)).data, Math.exp)
        const sum = (list: Iterable<number>): number => [...list].reduce((a, b) => a + b, 0)
        // at the minimum the rates add up to the counts
        t.true(Math.abs(sum(rates) / sum(targets.data) - 1) < 0.02)
        const square = sum(rates.map((rate, row) => (rate - (targets.data[row] ?? 0)) ** 2)) / rates.length
        t.true(Math.sqrt(square) < 58, `${Math.sqrt(square)}`)
        await t.throwsAsync(async () => model.predict(inputs, { probabilities: true }), { code: 'ERR_OPTION' })
        break
      }
      case 'two': {
        const { inputs, labels } = breastCancer()
        const { model } = await fit(linear(30, 1), dataset({ inputs, labels }), { ...common, loss })
        const classes = await model.predictClasses(inputs)
        const right = classes.filter((name, row) => name === labels[row]).length / labels.length
        t.true(right > 0.97, `${right}`)
        break
      }
      case 'species': {
        const { inputs, labels } = iris()
        const { model } = await fit(linear(4, 3), dataset({ inputs, labels }), { ...common, loss })
        const classes = await model.predictClasses(inputs)
        t.true(classes.filter((name, row) => name === labels[row]).length > 0.95 * labels.length)
        break
      }
      case 'shares': {
        const { inputs, labels, classes } = iris()
        const targets = labels.map((name) => classes.map((other) => (other === name ? 0.9 : 0.05)))
        const { model, history } = await fit(linear(4, 3), dataset({ inputs, targets }), { ...common, loss })
        t.true((history.at(-1)?.loss ?? 1) < 0.2 && (history.at(-1)?.loss ?? -1) >= 0)
        const { data } = await model.predict(inputs, { probabilities: true })
        const right = targets.filter((row, at) => argmax(data.slice(3 * at, 3 * at + 3)) === argmax(row)).length
        t.true(right > 0.95 * labels.length)
        const [sum] = [[...data.slice(0, 3)].reduce((a, b) => a + b, 0)]
        t.true(Math.abs(sum - 1) < 1e-6)
      }
    }
  })
}

test('targets without a minimum are refused', async (t) => {
  const inputs = [[1], [2], [3]]
  const network = sequential([input({ shape: [1] }), dense(1)])
  const refused = (loss: LossName, targets: number[], message: RegExp) =>
    rejectsCode(
      t,
      'ERR_DATA',
      () => fit(network, dataset({ inputs, targets }), { loss, optimizer: 'adam', epochs: 1 }),
      message,
    )
  await refused('poisson', [1, -2, 3], /poisson takes numbers of at least 0, received -2 in row 1/)
  await refused('hinge', [1, 0, -1], /hinge takes targets of -1 and 1, received 0 in row 1/)
  await refused(
    'kullbackLeibler',
    [1, 0, 1.5],
    /kullbackLeibler takes probabilities in \[0, 1\], received 1.5 in row 2/,
  )
  const three = dataset({ inputs, labels: ['a', 'b', 'c'] })
  for (const loss of ['hinge', 'binaryCrossEntropy'] as const) {
    await rejectsCode(t, 'ERR_SHAPE', () => fit(network, three, { loss, optimizer: 'adam', epochs: 1 }), /two classes/)
  }
})

test('hinge counts labels as −1 and 1 in the order of the classes', async (t) => {
  const inputs = [[0], [0]]
  const network = sequential([input({ shape: [1] }), dense(1, { biasInitializer: 'ones' })])
  const options = { loss: 'hinge', optimizer: 'sgd', epochs: 1, batchSize: 'all' } as const
  const labelled = await fit(network, dataset({ inputs, labels: ['no', 'yes'] }), options)
  const numbered = await fit(network, dataset({ inputs, targets: [-1, 1] }), options)
  // predictions are 1: 2 for −1, 0 for 1
  t.is(labelled.history[0]?.loss, 1)
  t.is(numbered.history[0]?.loss, 1)
})

test('scores of hinge are cut at 0 and are no probabilities', async (t) => {
  const inputs = [[1], [1], [1], [1]]
  // predictions are 0.25 and stay there
  const network = sequential([
    input({ shape: [1] }),
    dense(1, { kernelInitializer: 'zeros', biasInitializer: initializers.constant(0.25) }),
  ])
  const data = dataset({ inputs, targets: [1, 1, 1, -1] })
  const options = { loss: 'hinge', optimizer: sgd({ learningRate: 0 }), epochs: 1, batchSize: 'all' } as const
  const { history } = await fit(network, data, { ...options, metrics: ['accuracy', recall({ average: 'binary' })] })
  t.is(history[0]?.accuracy, 0.75)
  t.is(history[0]?.recall, 1)
  const logs = () => fit(network, data, { ...options, metrics: ['logLoss'] })
  await rejectsCode(t, 'ERR_OPTION', logs, /logLoss needs probabilities/)
})

test('metrics refuse more classes than a network with a loss of its own tells apart', async (t) => {
  const inputs = [[1], [2], [3], [4]]
  const data = dataset({ inputs, labels: ['a', 'b', 'c', 'd'] })
  const loss: LossFunction = ({ prediction }) => ops.mean(ops.square(prediction), { axis: -1 })
  for (const metric of ['accuracy', 'f1', 'topKAccuracy', 'matthewsCorrelation', 'auc'] as const) {
    const run = (units: number) =>
      fit(sequential([input({ shape: [1] }), dense(units)]), data, {
        loss,
        optimizer: 'sgd',
        epochs: 1,
        metrics: [metric],
      })
    await rejectsCode(t, 'ERR_OPTION', () => run(3), /4 classes: 3 outputs tell 3 apart/)
    t.is((await run(4)).status, 'completed')
  }
})
