import test from 'ava'
import {
  activation,
  adam,
  type CrossValidation,
  crossValidate,
  dataset,
  dense,
  fit,
  functional,
  groupKFold,
  holdout,
  input,
  kFold,
  reduceOnPlateau,
  repeated,
  sequential,
  sgd,
  timeSeriesSplit,
} from '../../src/index.ts'
import { derivedSeed } from '../../src/search/seeds.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'
import { iris } from './tables.ts'

const build = () => ({ network: classifier(), loss: 'crossEntropy' as const, epochs: 3, batchSize: 8 })

test('a fold is a fit on its rows, measured on the others', async (t) => {
  const data = clouds(66)
  const { folds, mean, deviation, predictions, status } = await crossValidate(data, {
    build,
    validation: kFold(3),
    metrics: ['accuracy', 'f1'],
    seed: 5,
  })
  t.is(status, 'completed')
  t.deepEqual(
    folds.map(({ fold, status, epochs, rows }) => ({ fold, status, epochs, rows })),
    [1, 2, 3].map((fold) => ({ fold, status: 'completed', epochs: 3, rows: { train: 44, validation: 22 } })),
  )
  const seen = new Set<number>()
  for (const [at, { train, validation }] of data.kFold(3, { seed: 5 }).entries()) {
    const { model } = await fit(classifier(), train, { loss: 'crossEntropy', epochs: 3, batchSize: 8, seed: 5 })
    const { loss, accuracy, f1 } = await model.evaluate(validation, { metrics: ['accuracy', 'f1'] })
    t.like(folds[at], { loss, accuracy, f1 })
    seen.add(loss)
  }
  t.is(seen.size, 3)
  const [a, b, c] = folds.map(({ accuracy }) => accuracy) as [number, number, number]
  t.is(mean.accuracy, (a + b + c) / 3)
  t.true(
    Math.abs(
      deviation.accuracy -
        Math.sqrt(((a - mean.accuracy) ** 2 + (b - mean.accuracy) ** 2 + (c - mean.accuracy) ** 2) / 2),
    ) < 1e-12,
  )
  t.deepEqual(Object.keys(mean), ['loss', 'accuracy', 'f1'])
  t.deepEqual(predictions.shape, [66, 3])
})

test('predictions are out of fold, in the order of the data', async (t) => {
  const inputs = Array.from({ length: 30 }, (_, row) => [Math.sin(row), Math.cos(row * 2)])
  const targets = inputs.map(([a = 0, b = 0]) => [a + b, a * b])
  const whole = dataset({ inputs, targets })
  // a view: its rows lie elsewhere in memory
  const order = Array.from({ length: 20 }, (_, row) => (row * 7) % 30)
  const data = whole.subset(order)
  const network = sequential([input({ shape: [2] }), dense(2)])
  const options = { loss: 'meanSquaredError', epochs: 2, targetTransform: 'standardize' } as const
  const { predictions } = await crossValidate(data, { build: () => ({ network, ...options }), validation: kFold(4) })
  const folds = data.kFold(4, { seed: 0 })
  // the fold of a row is that whose model says the same of it
  for (const { train } of folds) {
    const { model } = await fit(network, train, options)
    const { data: said } = await model.predict(order.map((row) => inputs[row] ?? []))
    const same = order.filter(
      (_, at) => said[2 * at] === predictions.data[2 * at] && said[2 * at + 1] === predictions.data[2 * at + 1],
    )
    t.is(same.length, 5)
  }
  t.false(predictions.data.some(Number.isNaN))
})

test('probabilities, of logits and of networks that give them', async (t) => {
  const data = clouds(30)
  const rows = async (last: 'linear' | 'softmax', probabilities: boolean): Promise<number[]> => {
    const network = sequential([input({ shape: [2] }), dense(3), activation(last)])
    const { predictions } = await crossValidate(data, {
      build: () => ({ network, loss: 'crossEntropy', epochs: 2 }),
      validation: kFold(2),
      probabilities,
    })
    return Array.from(predictions.data)
  }
  const sums = (values: number[]): number[] =>
    Array.from(
      { length: 30 },
      (_, row) => (values[3 * row] ?? 0) + (values[3 * row + 1] ?? 0) + (values[3 * row + 2] ?? 0),
    )
  const certain = (values: number[]): boolean => sums(values).every((sum) => Math.abs(sum - 1) < 1e-5)
  t.true(certain(await rows('linear', true)))
  t.false(certain(await rows('linear', false)))
  t.true(certain(await rows('softmax', true)))
  t.true(certain(await rows('softmax', false)))
  await rejectsCode(
    t,
    'ERR_OPTION',
    () =>
      crossValidate(line(), {
        build: () => ({ network: regressor(), loss: 'meanSquaredError' }),
        validation: kFold(2),
        probabilities: true,
      }),
    /probabilities do not belong/,
  )
})

test('rows that no fold or several folds validate', async (t) => {
  const data = line(40)
  const cross = (validation: ReturnType<typeof kFold>): Promise<CrossValidation> =>
    crossValidate(data, { build: () => ({ network: regressor(), loss: 'meanSquaredError', epochs: 2 }), validation })
  const missing = ({ predictions }: CrossValidation): number => predictions.data.filter(Number.isNaN).length
  t.is(missing(await cross(holdout(0.25))), 30)
  t.is(missing(await cross(timeSeriesSplit(3))), 10)
  t.is(
    missing(
      await cross(
        groupKFold(
          Array.from({ length: 40 }, (_, row) => row % 5),
          5,
        ),
      ),
    ),
    0,
  )
  const one = await cross(kFold(2))
  const other = await cross(kFold(2, { seed: derivedSeed(0, [1]) }))
  const both = await cross(repeated(kFold(2), 2))
  t.is(both.folds.length, 4)
  t.deepEqual(
    both.predictions.data,
    one.predictions.data.map((value, row) => (value + (other.predictions.data[row] ?? 0)) / 2),
  )
})

test('a data set of its own is one fold, with predictions for its rows', async (t) => {
  const [train, validation] = clouds(60).split(0.25)
  const { folds, predictions, deviation } = await crossValidate(train, { build, validation, metrics: ['accuracy'] })
  t.deepEqual(folds[0]?.rows, { train: 45, validation: 15 })
  t.deepEqual(predictions.shape, [15, 3])
  t.true(Number.isNaN(deviation.accuracy))
  t.false(train.closed || validation.closed)
})

test('the same bits for any number of workers', async (t) => {
  const data = iris()
  const result = async (workers: number): Promise<unknown> => {
    const { folds, mean, deviation, predictions } = await crossValidate(data, {
      build: () => ({
        network: sequential([input({ shape: [4] }), dense(16, { activation: 'relu' }), dense(3)]),
        loss: 'crossEntropy',
        epochs: 5,
      }),
      validation: repeated(kFold(5), 2),
      metrics: ['accuracy'],
      workers,
    })
    return {
      folds: folds.map((fold) => ({ ...fold, seconds: 0 })),
      mean,
      deviation,
      predictions: Array.from(predictions.data),
    }
  }
  const one = await result(1)
  t.deepEqual(await result(2), one)
  t.deepEqual(await result(20), one)
})

test('early stopping and plateaus look at the rows of the fold, or at a part of those to train on', async (t) => {
  const data = clouds(60)
  const stopping = { ...build(), epochs: 30, earlyStopping: { patience: 2, minDelta: 1 } }
  const { folds } = await crossValidate(data, { build: () => stopping, validation: kFold(2) })
  for (const { status, epochs, bestEpoch } of folds) {
    t.deepEqual([status, epochs, bestEpoch], ['stopped', 3, 1])
  }
  const plateau = adam({ learningRate: reduceOnPlateau({ initial: 0.1, monitor: 'validation.loss', patience: 1 }) })
  const own = await crossValidate(data, {
    build: () => ({ ...build(), optimizer: plateau, validation: 0.2 }),
    validation: kFold(2),
  })
  t.is(own.status, 'completed')
})

test('a fold that diverges says so, and its numbers are NaN', async (t) => {
  const { folds, mean, predictions, status } = await crossValidate(line(), {
    build: () => ({
      network: regressor(),
      loss: 'meanSquaredError',
      optimizer: sgd({ learningRate: 1e20 }),
      epochs: 5,
    }),
    validation: kFold(2),
  })
  t.is(status, 'completed')
  t.deepEqual(
    folds.map(({ status, loss }) => [status, loss]),
    [
      ['diverged', Number.NaN],
      ['diverged', Number.NaN],
    ],
  )
  t.true(Number.isNaN(mean.loss))
  t.true(predictions.data.every(Number.isNaN))
})

test('several outputs', async (t) => {
  const inputs = { x: Array.from({ length: 24 }, (_, row) => [row / 24, Math.sin(row)]) }
  const data = dataset({
    inputs,
    labels: { kind: inputs.x.map(([a = 0]) => (a > 0.5 ? 'high' : 'low')) },
    targets: { size: inputs.x.map(([a = 0]) => a) },
  })
  const network = functional({ x: input({ shape: [2] }) }, ({ x }) => ({ kind: dense(2)(x), size: dense(1)(x) }))
  const { mean, predictions } = await crossValidate(data, {
    build: () => ({ network, loss: { kind: 'crossEntropy', size: 'meanSquaredError' }, epochs: 2 }),
    validation: kFold(3),
    metrics: { kind: ['accuracy'] },
  })
  t.deepEqual(Object.keys(mean), ['loss', 'kind/loss', 'size/loss', 'kind/accuracy'])
  t.deepEqual(predictions.kind.shape, [24, 2])
  t.deepEqual(predictions.size.shape, [24, 1])
})

test('records come as folds end; stop() keeps those that have', async (t) => {
  const run = crossValidate(clouds(60), { build: () => ({ ...build(), epochs: 2 }), validation: kFold(6), workers: 1 })
  const seen: number[] = []
  for await (const { fold } of run) {
    seen.push(fold)
    if (fold === 2) run.stop()
  }
  const { folds, status, mean } = await run
  t.is(status, 'stopped')
  t.deepEqual(
    folds.map(({ fold }) => fold),
    seen,
  )
  t.true(seen.length >= 2 && seen.length < 6)
  t.true(Number.isFinite(mean.loss))
  const none = crossValidate(clouds(60), { build, validation: kFold(6) })
  none.stop()
  const nothing = await none
  t.is(nothing.status, 'stopped')
  t.deepEqual([nothing.folds.length, nothing.predictions.shape], [0, [60, 3]])
})

test('abort rejects with the reason, long before the end', async (t) => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const run = crossValidate(clouds(300), {
    build: () => ({ ...build(), epochs: 100_000_000 }),
    validation: kFold(4),
    signal: controller.signal,
  })
  setTimeout(() => controller.abort(reason), 50)
  t.is(
    await run.then(
      () => undefined,
      (error: unknown) => error,
    ),
    reason,
  )
  const aborted = crossValidate(clouds(30), { build, validation: kFold(4), signal: AbortSignal.abort(reason) })
  t.is(
    await aborted.then(
      () => undefined,
      (error: unknown) => error,
    ),
    reason,
  )
})

test('options are read at once; complaints are rejections', async (t) => {
  const data = clouds(30)
  const cross =
    (options: object): (() => PromiseLike<unknown>) =>
    () =>
      crossValidate(data, { build, validation: kFold(3), ...options })
  await rejectsCode(t, 'ERR_OPTION', cross({ build: 3 }), /build must be a function/)
  await rejectsCode(t, 'ERR_OPTION', cross({ build: () => 3 }), /build\(\) must give an object with a network/)
  await rejectsCode(t, 'ERR_OPTION', cross({ build: async () => build() }), /build\(\) must give an object/)
  await rejectsCode(
    t,
    'ERR_OPTION',
    cross({ build: () => ({ ...build(), network: {} }) }),
    /network in build\(\) must be made by/,
  )
  await rejectsCode(
    t,
    'ERR_OPTION',
    cross({ build: () => ({ ...build(), checkpoint: { path: 'x' } }) }),
    /leave out checkpoint/,
  )
  await rejectsCode(t, 'ERR_OPTION', cross({ build: () => ({ ...build(), epoch: 1 }) }), /"epoch"/)
  await rejectsCode(t, 'ERR_OPTION', cross({ metrics: ['acuracy'] }), /metrics\[0\]/)
  await rejectsCode(t, 'ERR_OPTION', cross({ metrics: [{ name: 'rows', evaluate: () => 1 }] }), /names of their own/)
  await rejectsCode(t, 'ERR_OPTION', cross({ workers: 0 }), /workers must be an integer ≥ 1/)
  await rejectsCode(t, 'ERR_OPTION', cross({ workers: 5000 }), /workers must be at most 4096, received 5000/)
  const thrown = new Error('mine')
  const error = await rejectsCode(
    t,
    'ERR_OPTION',
    cross({
      build: () => {
        throw thrown
      },
    }),
  )
  t.is(error.cause, thrown)
  const closed = clouds(30)
  closed.close()
  await rejectsCode(t, 'ERR_CLOSED', () => crossValidate(closed, { build, validation: kFold(3) }))
  const early = clouds(30)
  const run = crossValidate(early, { build, validation: kFold(3) })
  early.close()
  t.is((await run).folds.length, 3)
})
