/** Metrics through the public API; `golden.rs` beside the engine's metrics compares their values with scikit-learn. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  auc,
  type CustomMetric,
  confusionMatrix,
  dataset,
  dense,
  f1,
  fit,
  functional,
  initialize,
  input,
  type MetricOption,
  precision,
  sequential,
  standardize,
  type Tensor,
  tensor,
  topKAccuracy,
} from '../../src/index.ts'
import * as all from '../../src/metric/all.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'

const rows = 90
const inputs = tensor(
  Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(i * 1.7) + (i % 2)),
  [rows, 2],
)
const labels = Array.from({ length: rows }, (_, i) => ['low', 'middle', 'high'][Math.floor(i / 3) % 3] as string)
const numbers = Float32Array.from({ length: rows }, (_, i) => Math.cos(i * 0.9))
const classes = sequential([input({ shape: [2] }), standardize(), dense(8, { activation: 'tanh' }), dense(3)])
const regression = sequential([input({ shape: [2] }), dense(8, { activation: 'tanh' }), dense(1)])
const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as {
  cases: { golden: { metric: string }[] }[]
}

test('every metric has golden values', (t) => {
  const known = new Set(golden.cases.flatMap((one) => one.golden.map(({ metric }) => metric)))
  t.deepEqual(Object.keys(all).sort(), [...known].sort())
})

test('every metric can be named, in training and in evaluation', async (t) => {
  const names = Object.keys(all) as (keyof typeof all)[]
  for (const of of ['classes', 'numbers'] as const) {
    const metrics = names.filter((name) => all[name].of === of)
    const data = of === 'classes' ? dataset({ inputs, labels }) : dataset({ inputs, targets: numbers })
    const network = of === 'classes' ? classes : regression
    const loss = of === 'classes' ? 'crossEntropy' : 'meanSquaredError'
    const { model, history } = await fit(network, data as never, { loss, metrics, epochs: 3, validation: 0.3 })
    const measured = (await model.evaluate(data as never, { metrics })) as Record<string, number>
    for (const name of metrics) {
      t.true(Number.isFinite(measured[name]), name)
      for (const record of history as unknown as Record<string, never>[]) {
        t.true(Number.isFinite(record[name]), name)
        t.true(Number.isFinite((record.validation as unknown as Record<string, number>)[name]), name)
      }
    }
  }
})

test('options change the value and the name', async (t) => {
  const data = dataset({ inputs, labels })
  const model = await initialize(classes, { seed: 3 })
  const measured = await model.evaluate(data, {
    loss: 'crossEntropy',
    metrics: [
      'accuracy',
      'f1',
      f1({ average: 'micro', name: 'f1Micro' }),
      topKAccuracy({ k: 3 }),
      auc({ average: 'weighted' }),
    ],
  })
  // of classes that exclude each other, micro averages are the accuracy
  t.is(measured.f1Micro, measured.accuracy)
  t.not(measured.f1, measured.f1Micro)
  t.is(measured.topKAccuracy, 1)
  t.deepEqual(f1({ average: 'micro' }), { kind: 'metric', name: 'f1', config: { kind: 'f1', average: 'micro' } })
  t.true(Object.isFrozen(f1()))
})

test('your own metric sees what predict gives, and the targets as they were given', async (t) => {
  const seen: unknown[] = []
  const mine: CustomMetric<'mine'> = {
    name: 'mine',
    evaluate(predictions, targets) {
      seen.push(predictions, targets)
      return predictions.shape[0] as number
    },
  }
  const soft = sequential([input({ shape: [2] }), dense(3, { activation: 'softmax' })])
  const data = dataset({ inputs, labels })
  const model = await initialize(soft, { seed: 1 })
  const measured = await model.evaluate(data, { loss: 'crossEntropy', metrics: ['accuracy', mine] })
  t.is(measured.mine, rows)
  t.true(measured.accuracy <= 1)
  const [predictions, targets] = seen as [Tensor, string[]]
  t.deepEqual(predictions, await model.predict(inputs))
  t.deepEqual(targets, labels)

  seen.length = 0
  const { history } = await fit(regression, dataset({ inputs, targets: numbers }), {
    loss: 'meanSquaredError',
    metrics: [mine, 'meanAbsoluteError'],
    epochs: 2,
    shuffle: false,
    validation: dataset({ inputs, targets: numbers }).take(10),
  })
  t.deepEqual(
    history.map((epoch) => [epoch.mine, epoch.validation?.mine]),
    [
      [rows, 10],
      [rows, 10],
    ],
  )
  t.deepEqual((seen[1] as Tensor).shape, [rows, 1])
  t.deepEqual((seen[1] as Tensor).data, numbers)
})

test('your own metric is the same as ours', async (t) => {
  const own: CustomMetric<'own'> = {
    name: 'own',
    evaluate: ({ data }, targets: Tensor<Float32Array>) =>
      data.reduce((sum, p, i) => sum + Math.abs(p - (targets.data[i] as number)), 0) / data.length,
  }
  const options = { loss: 'meanSquaredError', metrics: [own, 'meanAbsoluteError'], epochs: 3 } as const
  const { history } = await fit(regression, dataset({ inputs, targets: numbers }), options)
  for (const epoch of history) t.true(Math.abs(epoch.own - epoch.meanAbsoluteError) < 1e-6)
})

test('metrics of several outputs', async (t) => {
  const network = functional({ x: input({ shape: [2] }) }, ({ x }) => ({ kind: dense(3)(x), size: dense(1)(x) }))
  const data = dataset({ inputs: { x: inputs }, labels: { kind: labels }, targets: { size: numbers } })
  const own: CustomMetric<'own'> = { name: 'own', evaluate: (_, targets) => (Array.isArray(targets) ? 1 : 2) }
  const { history } = await fit(network, data, {
    loss: { kind: 'crossEntropy', size: 'meanSquaredError' },
    metrics: { kind: ['f1', own], size: [own, 'r2'] },
    epochs: 1,
  })
  const [epoch] = history
  t.deepEqual([epoch?.['kind/own'], epoch?.['size/own']], [1, 2])
  t.true(Number.isFinite(epoch?.['kind/f1']) && Number.isFinite(epoch?.['size/r2']))
})

test('misuse', async (t) => {
  throwsCode(t, 'ERR_OPTION', () => f1({ average: 'mean' as never }), /average/)
  throwsCode(t, 'ERR_OPTION', () => precision({ k: 1 } as never), /average/)
  throwsCode(t, 'ERR_OPTION', () => topKAccuracy({ k: 0 }), /k/)
  throwsCode(t, 'ERR_OPTION', () => f1({ name: 'a.b' }), /name/)
  const data = dataset({ inputs, labels })
  const refused = (metrics: readonly MetricOption[], message: RegExp): Promise<unknown> =>
    rejectsCode(t, 'ERR_OPTION', () => fit(classes, data, { loss: 'crossEntropy', metrics, epochs: 1 }), message)
  await refused(['r2'], /must compare classes/)
  await refused(['f1', f1({ average: 'micro' })], /names of their own/)
  await refused([{ name: 'loss', evaluate: () => 1 }], /names of their own/)
  await refused([{ name: 'mine' } as never], /\{ name, evaluate \}/)
  await refused([{ name: 'mine', evaluate: () => 'one' as never }], /must give a number/)
  await refused([f1({ average: 'binary' })], /two classes/)
  const cause = new Error('mine')
  const throwing = {
    name: 'mine',
    evaluate: () => {
      throw cause
    },
  }
  const error = await t.throwsAsync(async () =>
    fit(classes, data, { loss: 'crossEntropy', metrics: [throwing], epochs: 1 }),
  )
  t.is(error?.cause, cause)
})

test('a confusion matrix counts', (t) => {
  const { classes, matrix, ...rest } = confusionMatrix(['a', 'b', 'a', 'c'], ['a', 'a', 'a', 'b'])
  t.deepEqual(classes, ['a', 'b', 'c'])
  t.deepEqual(matrix, [
    [2, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
  ])
  t.deepEqual(rest, {})
  const ordered = confusionMatrix([1, 0], Int32Array.of(1, 1), { classes: [1, 0, 7] })
  t.is(`${ordered}`, '   1  0  7\n1  1  0  0\n0  1  0  0\n7  0  0  0')
  t.deepEqual(confusionMatrix([], []).matrix, [])
  throwsCode(t, 'ERR_SHAPE', () => confusionMatrix(['a'], []), /as many labels/)
  throwsCode(t, 'ERR_OPTION', () => confusionMatrix(['a'], ['b'], { classes: ['a'] }), /predicted\[0\]/)
  throwsCode(t, 'ERR_DATA', () => confusionMatrix([0.5], [1]), /whole number/)
})
