/**
 * Several outputs, shared and frozen layers against PyTorch. `golden/several.py` made the numbers and says how; it works in
 * f64, downslope in f32.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  activation,
  adam,
  dataset,
  dense,
  fit,
  functional,
  initialize,
  input,
  type Model,
  type Optimizer,
  sgd,
  tensor,
} from '../../src/index.ts'

const TOLERANCE = 1e-4

interface Case {
  readonly name: string
  readonly optimizer: 'sgd' | 'adam'
  readonly lossWeights: readonly [number, number]
  readonly frozen: readonly string[]
  /** Per step: the total and the two losses. */
  readonly losses: readonly (readonly [number, number, number])[]
  readonly weights: Record<string, number[]>
}

type Weights = Record<string, { readonly shape: number[]; readonly values: number[] }>

interface Problem {
  readonly heads: { weights: Weights; x: number[][]; kind: number[]; size: number[][]; cases: Case[] }
  readonly shared: {
    weights: Weights
    a: number[][]
    b: number[][]
    left: number[][]
    right: number[][]
    cases: Case[]
  }
}

const { heads, shared } = JSON.parse(
  readFileSync(new URL('../golden/several.json', import.meta.url), 'utf8'),
) as Problem

const rules: Record<Case['optimizer'], Optimizer> = {
  sgd: sgd({ learningRate: 0.05, momentum: 0.9 }),
  adam: adam({ learningRate: 0.02 }),
}

const settings = { batchSize: 'all', epochs: 30, shuffle: false } as const

function setWeights(model: { setWeights: Model['setWeights'] }, weights: Weights): void {
  const tensors = Object.entries(weights).map(([name, { shape, values }]) => [
    name,
    tensor(Float32Array.from(values), shape),
  ])
  model.setWeights(Object.fromEntries(tensors))
}

const near = (one: number, other: number): boolean => Math.abs(one - other) <= TOLERANCE * Math.max(1, Math.abs(other))

for (const golden of heads.cases) {
  test(`two heads: ${golden.name}`, async (t) => {
    const trainable = golden.frozen.length === 0
    const network = functional({ x: input({ shape: [4] }) }, ({ x }) => {
      const trunk = dense(8, { activation: 'tanh', name: 'trunk', trainable })(x)
      return { kind: dense(3, { name: 'kind' })(trunk), size: dense(2, { name: 'size' })(trunk) }
    })
    const data = dataset({ inputs: { x: heads.x }, labels: { kind: heads.kind }, targets: { size: heads.size } })
    const start = await initialize(network)
    setWeights(start, heads.weights)
    const { model, history } = await fit(start, data, {
      ...settings,
      optimizer: rules[golden.optimizer],
      loss: { kind: 'crossEntropy', size: 'meanSquaredError' },
      lossWeights: { kind: golden.lossWeights[0], size: golden.lossWeights[1] },
    })
    for (const [step, [total, kind, size]] of golden.losses.entries()) {
      const record = history[step]
      t.true(near(record?.loss ?? Number.NaN, total), `step ${step}: ${record?.loss}, should be ${total}`)
      t.true(near(record?.['kind/loss'] ?? Number.NaN, kind))
      t.true(near(record?.['size/loss'] ?? Number.NaN, size))
    }
    const before = start.weights()
    for (const [name, { data: values }] of Object.entries(model.weights())) {
      t.true(
        values.every((value, at) => near(value, golden.weights[name]?.[at] ?? Number.NaN)),
        name,
      )
      if (golden.frozen.includes(name)) t.deepEqual(values, before[name]?.data, name)
      else t.notDeepEqual(values, before[name]?.data, name)
    }
  })
}

for (const golden of shared.cases) {
  test(`a layer applied to two inputs: ${golden.name}`, async (t) => {
    const network = functional({ a: input({ shape: [4] }), b: input({ shape: [4] }) }, ({ a, b }) => {
      const both = dense(6, { name: 'both' })
      const bend = (value: typeof a) => activation('tanh')(both(value))
      return { left: dense(1, { name: 'left' })(bend(a)), right: dense(1, { name: 'right' })(bend(b)) }
    })
    const start = await initialize(network)
    setWeights(start, shared.weights)
    const { a, b, left, right } = shared
    const { model, history } = await fit(start, dataset({ inputs: { a, b }, targets: { left, right } }), {
      ...settings,
      optimizer: rules[golden.optimizer],
      loss: { left: 'meanSquaredError', right: 'meanSquaredError' },
    })
    for (const [step, [total]] of golden.losses.entries()) {
      t.true(near(history[step]?.loss ?? Number.NaN, total), `step ${step}: ${history[step]?.loss}, should be ${total}`)
    }
    for (const [name, { data: values }] of Object.entries(model.weights())) {
      t.true(
        values.every((value, at) => near(value, golden.weights[name]?.[at] ?? Number.NaN)),
        name,
      )
    }
  })
}

const two = () =>
  functional({ x: input({ shape: [4] }) }, ({ x }) => {
    const trunk = dense(8, { activation: 'tanh' })(x)
    return { kind: dense(3)(trunk), size: dense(2)(trunk), odd: dense(1)(trunk) }
  })
const odd = heads.kind.map((kind) => (kind % 2 === 1 ? 'odd' : 'even'))
const rows = () =>
  dataset({
    inputs: { x: heads.x },
    labels: { kind: heads.kind, odd },
    targets: { size: heads.size },
  })
const losses = { kind: 'crossEntropy', size: 'meanSquaredError', odd: 'binaryCrossEntropy' } as const

test('losses, metrics, predictions and classes by name', async (t) => {
  const data = rows()
  const { model, history } = await fit(two(), data, {
    loss: losses,
    metrics: { kind: ['accuracy'], size: ['meanAbsoluteError', 'meanSquaredError'] },
    epochs: 40,
    batchSize: 5,
    optimizer: adam({ learningRate: 0.01 }),
    validation: data,
    earlyStopping: { monitor: 'validation.kind/accuracy', patience: 100, restoreBest: false },
  })
  const last = history.at(-1)
  if (last?.validation === undefined) return t.fail('no record')
  for (const record of [last, last.validation]) {
    const sum = record['kind/loss'] + record['size/loss'] + record['odd/loss']
    t.true(Math.abs(record.loss - sum) < 1e-9)
    t.true(record['kind/accuracy'] > 0.8 && record['size/meanAbsoluteError'] < 1)
  }
  t.true(Math.abs(last.validation['size/loss'] - last.validation['size/meanSquaredError']) < 1e-6)
  const measured = await model.evaluate(data, { metrics: { kind: ['accuracy'] } })
  const { 'kind/accuracy': accuracy, 'kind/loss': loss } = last.validation
  t.deepEqual([measured['kind/accuracy'], measured['kind/loss'], measured.loss], [accuracy, loss, last.validation.loss])
  t.deepEqual(model.loss, losses)
  t.deepEqual(model.classes, { kind: [0, 1, 2], odd: ['even', 'odd'] })

  const x = heads.x.slice(0, 7)
  const plain = await model.predict({ x })
  t.deepEqual(Object.keys(plain), ['kind', 'size', 'odd'])
  t.deepEqual(
    [plain.kind.shape, plain.size.shape, plain.odd.shape],
    [
      [7, 3],
      [7, 2],
      [7, 1],
    ],
  )
  t.deepEqual(model.predictSync({ x }), plain)
  t.deepEqual(await model.predict({ x }, { batchSize: 2 }), plain)
  const likely = await model.predict({ x }, { probabilities: true })
  t.deepEqual(likely.size, plain.size)
  for (let row = 0; row < 7; row++) {
    const sum = likely.kind.data.slice(3 * row, 3 * row + 3).reduce((a, b) => a + b)
    t.true(Math.abs(sum - 1) < 1e-6)
    t.true(Math.abs((likely.odd.data[row] ?? 0) - 1 / (1 + Math.exp(-(plain.odd.data[row] ?? 0)))) < 1e-6)
  }
  const classes = await model.predictClasses({ x })
  t.deepEqual(Object.keys(classes), ['kind', 'odd'])
  const largest = (row: number): number => {
    const logits = [...plain.kind.data.slice(3 * row, 3 * row + 3)]
    return logits.indexOf(Math.max(...logits))
  }
  t.deepEqual(
    classes.kind,
    x.map((_, row) => largest(row)),
  )
  t.deepEqual(
    classes.odd,
    x.map((_, row) => ((plain.odd.data[row] ?? 0) > 0 ? 'odd' : 'even')),
  )
})

test('the weight of a loss counts', async (t) => {
  const data = rows()
  const run = (lossWeights: { kind?: number; size?: number; odd?: number }) =>
    fit(two(), data, { loss: losses, lossWeights, epochs: 3, optimizer: sgd({ learningRate: 0.1 }), batchSize: 'all' })
  const { model, history } = await run({ kind: 2, size: 0, odd: 0 })
  for (const record of history) t.true(Math.abs(record.loss - 2 * record['kind/loss']) < 1e-9)
  const untouched = (await initialize(two())).weights()
  const weights = model.weights()
  // what only losses without weight would change
  t.deepEqual(weights['dense_3/kernel'], untouched['dense_3/kernel'])
  t.notDeepEqual(weights['dense_2/kernel'], untouched['dense_2/kernel'])
})
