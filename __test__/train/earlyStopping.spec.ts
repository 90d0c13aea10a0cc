import test from 'ava'
import { fit, reduceOnPlateau, sgd } from '../../src/index.ts'
import { createStopper, readEarlyStopping } from '../../src/train/earlyStopping.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

const names = ['loss', 'accuracy', 'validation.loss', 'validation.accuracy']

/** Epochs with an improvement, and the epoch that ends the run. */
function watch(options: object, values: readonly number[]): [best: number | undefined, end: number | undefined] {
  const plan = readEarlyStopping('fit', options, names)
  if (plan === undefined) throw new Error('no plan')
  const stopper = createStopper(plan)
  for (const [index, value] of values.entries()) {
    stopper.observe({ epoch: index + 1, loss: value, accuracy: value, validation: { loss: value } } as never)
    if (stopper.exhausted) return [stopper.bestEpoch, index + 1]
  }
  return [stopper.bestEpoch, undefined]
}

test('patience counts epochs in a row without an improvement', (t) => {
  const values = [5, 4, 4, 4.5, 3, 3, 3, 3, 1]
  t.deepEqual(watch({ patience: 3 }, values), [5, 8])
  t.deepEqual(watch({ patience: 2 }, values), [2, 4])
  for (const patience of [0, 1]) t.deepEqual(watch({ patience }, values), [2, 3])
  t.deepEqual(watch({ patience: 9 }, values), [9, undefined])
  t.deepEqual(watch({ patience: 2, minDelta: 1 }, [5, 3.9, 3.5, 2.8, 2, 2]), [4, 6])
  t.deepEqual(watch({ patience: 2, monitor: 'accuracy' }, [0.1, 0.5, 0.4, 0.5, 0.9]), [2, 4])
  t.deepEqual(watch({ patience: 2 }, [Number.NaN, Number.NaN, 1]), [undefined, 2])
})

test('the run stops, with the weights of the best epoch', async (t) => {
  // a rate that grows makes the loss fall and then rise
  const optimizer = sgd({ learningRate: (step) => 0.02 * 1.3 ** step })
  const options = { loss: 'meanSquaredError', optimizer, epochs: 60, batchSize: 'all' } as const
  const run = (more: object) => fit(regressor(), line(), { ...options, ...more })
  const { status, history, bestEpoch = 0, model } = await run({ earlyStopping: { patience: 3 } })
  t.is(status, 'stopped')
  t.is(history.length, bestEpoch + 3)
  t.is(Math.min(...history.map((record) => record.loss)), history[bestEpoch - 1]?.loss ?? 0)
  const reference = await run({ epochs: bestEpoch })
  t.deepEqual(model.weights(), reference.model.weights())
  t.false('bestEpoch' in reference)
  const last = await run({ earlyStopping: { patience: 3, restoreBest: false } })
  t.is(last.bestEpoch, bestEpoch)
  t.deepEqual(last.model.weights(), (await run({ epochs: history.length })).model.weights())
})

test('validation rows are watched where there are some', async (t) => {
  const { history, bestEpoch = 0 } = await fit(classifier(), clouds(), {
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate: 3 }),
    epochs: 200,
    validation: 0.3,
    earlyStopping: { patience: 4 },
  })
  const losses = history.map((record) => record.validation?.loss ?? 0)
  t.is(Math.min(...losses), losses[bestEpoch - 1] ?? 0)
})

test('a run that is completed or stopped gets its best weights, too', async (t) => {
  const optimizer = sgd({ learningRate: (step) => 0.02 * 1.3 ** step })
  const options = { loss: 'meanSquaredError', optimizer, batchSize: 'all', earlyStopping: { patience: 100 } } as const
  const { status, bestEpoch, model } = await fit(regressor(), line(), { ...options, epochs: 24 })
  t.is(status, 'completed')
  t.true((bestEpoch ?? 24) < 24)
  const { earlyStopping: _, ...plain } = options
  const reference = await fit(regressor(), line(), { ...plain, epochs: bestEpoch ?? 0 })
  t.deepEqual(model.weights(), reference.model.weights())
})

test('unknown names are refused before any work', async (t) => {
  const options = { loss: 'crossEntropy', metrics: ['accuracy'] } as const
  const cases: [object, RegExp][] = [
    [
      { patience: 1, monitor: 'validation.loss' },
      /earlyStopping: monitor must be one of loss, accuracy, received "val/,
    ],
    [{ patience: 1, monitor: 'f1' }, /received "f1"/],
    [{}, /patience must be an integer ≥ 0, received undefined/],
    [{ patience: 1, minDelta: -1 }, /minDelta must be ≥ 0/],
    [{ patience: 1, mode: 'min' }, /received "mode"/],
  ]
  for (const [earlyStopping, message] of cases) {
    const work = () => fit(classifier(), clouds(), { ...options, earlyStopping: earlyStopping as never })
    await rejectsCode(t, 'ERR_OPTION', work, message)
  }
})

test('chunks end at epochs, so both rules see every one of them', async (t) => {
  const optimizer = sgd({ learningRate: reduceOnPlateau({ initial: 1e-12, patience: 1, factor: 0.5 }) })
  const { status, history } = await fit(regressor(), line(), {
    loss: 'meanSquaredError',
    optimizer,
    epochs: 1000,
    earlyStopping: { patience: 5, minDelta: 1 },
  })
  t.is(status, 'stopped')
  t.deepEqual(
    history.map((record) => record.learningRate),
    [1, 1, 0.5, 0.25, 0.125, 0.0625].map((share) => share * 1e-12),
  )
})
