/**
 * Training against PyTorch: 50 steps from the same weights on the same rows. `golden/make.py` made the numbers and says
 * how. The tolerance is the project's promise (2e-4, 1e-4 for the loss); PyTorch's own f32 run is within 3e-5 of the f64
 * numbers compared with.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  type Dataset,
  dataset,
  dense,
  fit,
  initialize,
  input,
  l2,
  type Model,
  maxNorm,
  type Optimizer,
  type OptimizerName,
  sequential,
  tensor,
} from '../src/index.ts'
import * as optimizers from '../src/optimizer/all.ts'

const TOLERANCE = 1e-4

interface Case {
  readonly name: string
  readonly optimizer: OptimizerName
  readonly options: Record<string, number | boolean>
  readonly weightDecay?: number
  readonly decay?: 'kernels' | 'all'
  readonly l2?: number
  readonly clipNorm?: number
  readonly clipValue?: number
  readonly maxNorm?: number
  readonly rows: number
  readonly epochs: number
  readonly losses: number[]
  readonly penalties?: number[]
  readonly norm: number
  readonly weights?: Record<string, number[]>
}

interface Problem {
  readonly widths: number[]
  readonly batchSize: number
  readonly weights: Record<string, { shape: number[]; data: number[] }>
  readonly inputs: number[]
  readonly classes: number[]
  readonly numbers: number[]
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')) as T
}

const problem = read<Problem>('problem')
const [inputWidth = 0, ...layerWidths] = problem.widths

function rows(count: number, loss: 'crossEntropy' | 'meanSquaredError'): Dataset {
  const inputs = tensor(Float32Array.from(problem.inputs.slice(0, count * inputWidth)), [count, inputWidth])
  if (loss === 'crossEntropy') return dataset({ inputs, labels: problem.classes.slice(0, count) })
  const width = layerWidths.at(-1) ?? 0
  return dataset({
    inputs,
    targets: tensor(Float32Array.from(problem.numbers.slice(0, count * width)), [count, width]),
  })
}

async function start({ l2: regularizer, maxNorm: limit }: Case): Promise<Model> {
  const network = sequential([
    input({ shape: [inputWidth] }),
    ...layerWidths.map((width, index) =>
      dense(width, {
        ...(index < layerWidths.length - 1 && { activation: 'tanh' as const }),
        ...(regularizer !== undefined && { kernelRegularizer: l2(regularizer) }),
        ...(limit !== undefined && { kernelConstraint: maxNorm(limit) }),
      }),
    ),
  ])
  const model = await initialize(network)
  const entries = Object.entries(problem.weights)
  model.setWeights(
    Object.fromEntries(entries.map(([name, { data, shape }]) => [name, tensor(Float32Array.from(data), shape)])),
  )
  return model
}

function optimizer({ optimizer: kind, options, weightDecay, decay }: Case): Optimizer {
  // adamw decays by default here and in PyTorch; the golden runs without decay say so
  return optimizers[kind]({ ...options, weightDecay: weightDecay ?? 0, decayAll: decay === 'all' })
}

function relativeDifference(received: number, expected: number): number {
  return Math.abs(received - expected) / Math.abs(expected)
}

function norm(weights: Iterable<Iterable<number>>): number {
  let sum = 0
  for (const values of weights) for (const value of values) sum += value * value
  return Math.sqrt(sum)
}

test('every option of every optimizer has a golden run in which it is not its default', (t) => {
  const cases = [...read<Case[]>('cross-entropy'), ...read<Case[]>('squared-error')]
  for (const [kind, factory] of Object.entries(optimizers)) {
    const runs = cases.filter((golden) => golden.optimizer === kind).map((golden) => optimizer(golden).config)
    t.true(runs.length > 0, `${kind} has no golden runs: add it to RULES in golden/make.py`)
    for (const [option, fallback] of Object.entries(factory().config)) {
      if (option === 'kind') continue
      const other = runs.some((config) => config[option] !== fallback)
      t.true(other, `${kind}: ${option} has no golden run: add one to RULES in golden/make.py`)
    }
  }
})

for (const [file, loss] of [
  ['cross-entropy', 'crossEntropy'],
  ['squared-error', 'meanSquaredError'],
  ['clipping', 'crossEntropy'],
] as const) {
  for (const golden of read<Case[]>(file)) {
    test(`${loss}: ${golden.name}`, async (t) => {
      using data = rows(golden.rows, loss)
      using model = await start(golden)
      const result = await fit(model, data, {
        loss,
        optimizer: optimizer(golden),
        ...(golden.clipNorm !== undefined && { clipNorm: golden.clipNorm }),
        ...(golden.clipValue !== undefined && { clipValue: golden.clipValue }),
        epochs: golden.epochs,
        batchSize: problem.batchSize,
        shuffle: false,
      })
      using trained = result.model

      t.is(result.history.length, golden.losses.length)
      golden.losses.forEach((expected, index) => {
        const epoch = result.history[index]
        const difference = relativeDifference(epoch?.loss ?? Number.NaN, expected)
        t.true(difference <= TOLERANCE, `epoch ${index + 1}: loss ${epoch?.loss}, PyTorch ${expected}`)
        const penalty = golden.penalties?.[index]
        if (penalty !== undefined) {
          const off = relativeDifference(epoch?.penalty ?? Number.NaN, penalty)
          t.true(off <= TOLERANCE, `epoch ${index + 1}: penalty ${epoch?.penalty}, PyTorch ${penalty}`)
        }
      })

      const weights = Object.entries(trained.weights())
      t.deepEqual(weights.map(([name]) => name).sort(), Object.keys(problem.weights).sort())
      const length = norm(weights.map(([, { data: values }]) => values))
      t.true(relativeDifference(length, golden.norm) <= TOLERANCE, `norm ${length}, PyTorch ${golden.norm}`)
      // weights too, by the length of the difference: a norm alone would not see two that changed places
      for (const [name, { data: values }] of weights) {
        const expected = golden.weights?.[name]
        if (expected === undefined) continue
        const away = norm([Array.from(values, (value, index) => value - (expected[index] ?? Number.NaN))])
        t.true(away <= TOLERANCE * golden.norm, `${name} is ${away} away from PyTorch's`)
      }
    })
  }
}
