import test from 'ava'
import { adam, dense, dropout, fit, input, sequential, sgd } from '../../src/index.ts'
import { createClock } from '../../src/train/clock.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

test('a clock counts as one would by hand', (t) => {
  const batches = [
    [1, 7],
    [2, 10],
    [5, 0],
    [9, 3],
  ] as const
  for (const epochs of [1, 2, 4, 7, 12]) {
    const clock = createClock(epochs, batches, 20)
    let step = 0
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const stepsPerEpoch = epoch < 2 ? 3 : epoch < 5 ? 2 : epoch < 9 ? 1 : 7
      t.is(clock.before(epoch), step)
      for (let left = stepsPerEpoch; left > 0; left--) t.deepEqual(clock.at(step++), { epoch, stepsPerEpoch, left })
    }
    t.is(clock.totalSteps, step)
    t.is(clock.before(epochs + 1), step)
  }
})

test('a batch size for each epoch, clamped to the data', async (t) => {
  const asked: number[] = []
  const seen: string[] = []
  const own = (step: number, run: { epoch: number; stepsPerEpoch: number; totalSteps: number }): number => {
    seen[step] = [run.epoch, run.stepsPerEpoch, run.totalSteps].join()
    return 0.01
  }
  const { history } = await fit(regressor(), line(50), {
    loss: 'meanSquaredError',
    optimizer: sgd({ learningRate: own }),
    epochs: 5,
    batchSize(epoch) {
      asked.push(epoch)
      return 8 * 2 ** (epoch - 1)
    },
  })
  t.is(history.length, 5)
  t.deepEqual(asked, [1, 2, 3, 4, 5])
  // 8, 16, 32, 64 → 50, 128 → 50
  const steps = [7, 4, 2, 1, 1]
  t.deepEqual(
    seen,
    steps.flatMap((count, index) => Array.from({ length: count }, () => [index + 1, count, 15].join())),
  )
})

test('the same size in every epoch is the same training as a number', async (t) => {
  const network = sequential([input({ shape: [2] }), dense(8, { activation: 'tanh' }), dropout(0.1), dense(3)])
  const run = (batchSize: number | ((epoch: number) => number), epochs = 4) =>
    fit(network, clouds(90), { loss: 'crossEntropy', batchSize, epochs, optimizer: adam({ learningRate: 0.01 }) })
  const plain = await run(16)
  t.deepEqual((await run(() => 16)).model.weights(), plain.model.weights())
  // the first epochs of a growing run are those of a constant one
  const grown = await run((epoch) => (epoch <= 4 ? 16 : 40), 6)
  t.deepEqual(
    grown.history.slice(0, 4).map((record) => record.loss),
    plain.history.map((record) => record.loss),
  )
  const whole = await run(() => Number.POSITIVE_INFINITY)
  const all = await fit(network, clouds(90), {
    loss: 'crossEntropy',
    batchSize: 'all',
    epochs: 4,
    optimizer: adam({ learningRate: 0.01 }),
  })
  t.deepEqual(whole.model.weights(), all.model.weights())
})

test('growing beyond the pieces of a large batch', async (t) => {
  const run = (threads: number) =>
    fit(regressor(), line(3000), {
      loss: 'meanSquaredError',
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
      epochs: 6,
      batchSize: (epoch) => 100 * 2 ** epoch,
      threads,
    })
  const one = await run(1)
  t.true((one.history.at(-1)?.loss ?? 1) < 0.1)
  t.deepEqual((await run(2)).model.weights(), one.model.weights())
})

test('what a function gives is checked before any work', async (t) => {
  const cases: [unknown, RegExp][] = [
    [() => 0, /batchSize must give an integer ≥ 1 for epoch 1, received 0/],
    [(epoch: number) => (epoch < 3 ? 8 : 8.5), /for epoch 3, received 8.5/],
    [() => Number.NaN, /received NaN/],
    [() => '8', /received "8"/],
    ['some', /batchSize must be an integer ≥ 1, 'all' or a function, received "some"/],
  ]
  for (const [batchSize, message] of cases) {
    const work = () => fit(classifier(), clouds(), { loss: 'crossEntropy', batchSize: batchSize as never })
    await rejectsCode(t, 'ERR_OPTION', work, message)
  }
  const boom = new Error('boom')
  const batchSize = (): number => {
    throw boom
  }
  const error = await rejectsCode(t, 'ERR_OPTION', () =>
    fit(classifier(), clouds(), { loss: 'crossEntropy', batchSize }),
  )
  t.is(error.cause, boom)
  const epochs = 2_000_000
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => fit(classifier(), clouds(), { loss: 'crossEntropy', batchSize: () => 8, epochs }),
    /epochs must be at most 1000000 where batchSize is a function/,
  )
})
