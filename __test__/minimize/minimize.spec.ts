import { setImmediate as turn } from 'node:timers/promises'
import test from 'ava'
import {
  adam,
  adamw,
  cosineDecay,
  type Dataset,
  dataset,
  type Expression,
  evaluate,
  gradient,
  type MinimizeStep,
  minimize,
  reduceOnPlateau,
  sgd,
  tensor,
} from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import { rejectsCode } from '../helpers.ts'

const parabola = ({ x }: { readonly x: Expression }): Expression => ops.square(x)
const tenth = sgd({ learningRate: 0.1 })

async function all<P>(run: AsyncIterable<MinimizeStep<P>>): Promise<MinimizeStep<P>[]> {
  const records: MinimizeStep<P>[] = []
  for await (const record of run) records.push(record)
  return records
}

test('x² by gradient descent: each step is 0.8 of the one before', async (t) => {
  const run = minimize(parabola, { x: 10 }, { optimizer: tenth, steps: 100 })
  const records = await all(run)
  t.deepEqual(
    records.map(({ step }) => step),
    Array.from({ length: 100 }, (_, step) => step),
  )
  // in f32, as the engine computes: the gradient 2x, the rate 0.1
  let x = 10
  for (const { value, parameters } of records) {
    t.is(parameters.x, x)
    t.is(value, Math.fround(x * x))
    const next = Math.fround(x - Math.fround(0.1) * Math.fround(2 * x))
    t.true(Math.abs(next - 0.8 * x) <= 1e-6 * x)
    x = next
  }
  const { parameters, value, status, steps } = await run
  t.is(parameters.x, x)
  t.is(value, Math.fround(x * x))
  t.is(status, 'completed')
  t.is(steps, 100)
  t.deepEqual(await all(run), records)
})

test('numbers in, numbers out; everything else comes back as a tensor', async (t) => {
  const start = { a: 3, b: [1, 2], c: tensor([[4]]), d: tensor(new Float64Array([5]), []) }
  const everything = ({ a, b, c, d }: { a: Expression; b: Expression; c: Expression; d: Expression }): Expression =>
    ops.add(ops.add(ops.square(a), ops.sum(ops.square(b))), ops.add(ops.sum(ops.square(c)), ops.square(d)))
  const { parameters } = await minimize(everything, start, { optimizer: sgd({ learningRate: 0.5 }), steps: 1 })
  t.deepEqual(parameters, {
    a: 0,
    b: { data: new Float32Array(2), shape: [2] },
    c: { data: new Float32Array(1), shape: [1, 1] },
    d: { data: new Float32Array(1), shape: [] },
  })
  t.true(Object.isFrozen(parameters))
})

test('the tolerance ends it, at a step that does not depend on time', async (t) => {
  const options = { optimizer: tenth, steps: 10_000, tolerance: 1e-6 }
  const run = minimize(parabola, { x: 10 }, options)
  const { status, steps, value, parameters } = await run
  t.is(status, 'converged')
  const records = await all(run)
  t.is(records.length, steps)
  const [before, last] = records.slice(-2)
  t.true(Math.abs((before?.value ?? 1) - (last?.value ?? 0)) <= 1e-6)
  t.true(Math.abs((records.at(-3)?.value ?? 0) - (before?.value ?? 0)) > 1e-6)
  t.true(value < (last?.value ?? 0))
  t.is(parameters.x ** 2 < 1e-5, true)
  // watched from the start, in other chunks: the same
  const watched = minimize(parabola, { x: 10 }, options)
  t.deepEqual(await all(watched), records)
  t.deepEqual((await watched).parameters, parameters)
})

test('a tolerance of 0 ends when nothing changes any more', async (t) => {
  const { status, parameters } = await minimize(
    ({ x }) => ops.square(ops.subtract(x, 3)),
    { x: 10 },
    {
      optimizer: tenth,
      tolerance: 0,
    },
  )
  t.is(status, 'converged')
  t.true(Math.abs(parameters.x - 3) < 1e-5)
})

test('schedules see the steps as the length of the run', async (t) => {
  const optimizer = sgd({ learningRate: cosineDecay({ initial: 1 }) })
  const records = await all(minimize(({ x }) => x, { x: 0 }, { optimizer, steps: 4 }))
  const rates = [1, 0.8535534, 0.5, 0.1464466]
  let x = 0
  for (const [step, { parameters }] of records.entries()) {
    t.true(Math.abs(parameters.x - x) < 1e-6)
    x -= rates[step] ?? 0
  }
  const runs: unknown[] = []
  const rate = (step: number, run: object): number => {
    runs[step] = { ...JSON.parse(JSON.stringify(run)) }
    return 0.1
  }
  await minimize(parabola, { x: 1 }, { optimizer: sgd({ learningRate: rate }), steps: 3 })
  t.deepEqual(runs, [
    { epoch: 1, stepsPerEpoch: 1, totalSteps: 3 },
    { epoch: 2, stepsPerEpoch: 1, totalSteps: 3 },
    { epoch: 3, stepsPerEpoch: 1, totalSteps: 3 },
  ])
})

test('a plateau of the objective reduces the rate', async (t) => {
  // x swings between 1 and −1 until the rate falls
  const learningRate = reduceOnPlateau({ initial: 1, patience: 3, factor: 0.5 })
  const records = await all(minimize(parabola, { x: 1 }, { optimizer: sgd({ learningRate }), steps: 8 }))
  t.deepEqual(
    records.map(({ parameters }) => parameters.x),
    [1, -1, 1, -1, 1, 0, 0, 0],
  )
  const other = sgd({ learningRate: reduceOnPlateau({ initial: 1, monitor: 'validation.loss' }) })
  await rejectsCode(t, 'ERR_OPTION', () => minimize(parabola, { x: 1 }, { optimizer: other }), /must be one of loss/)
})

test('weight decay applies to every parameter', async (t) => {
  const optimizer = adamw({ learningRate: 0.1, weightDecay: 0.5 })
  const { parameters } = await minimize(({ x }) => ops.multiply(x, 0), { x: 8, y: [4] }, { optimizer, steps: 1 })
  t.true(Math.abs(parameters.x - 7.6) < 1e-5)
})

test('clipping bounds the gradient', async (t) => {
  const steep = ({ x, y }: { x: Expression; y: Expression }): Expression =>
    ops.add(ops.multiply(x, 30), ops.multiply(y, 40))
  const one = { optimizer: sgd({ learningRate: 1 }), steps: 1 }
  const norm = await minimize(steep, { x: 0, y: 0 }, { ...one, clipNorm: 5 })
  t.true(Math.hypot(norm.parameters.x + 3, norm.parameters.y + 4) < 1e-5)
  const value = await minimize(steep, { x: 0, y: 0 }, { ...one, clipValue: 1 })
  t.deepEqual(value.parameters, { x: -1, y: -1 })
})

test('it stops, and says where it was', async (t) => {
  const run = minimize(parabola, { x: 10 }, { optimizer: sgd({ learningRate: 1e-9 }), steps: 3e6 })
  for await (const { step } of run) if (step === 5) run.stop()
  const { status, steps, parameters } = await run
  t.is(status, 'stopped')
  t.true(steps > 5 && steps < 3e6)
  t.true(parameters.x > 9)
})

test('abort rejects with the reason, before and while it runs', async (t) => {
  const reason = { why: 'enough' }
  const before = minimize(parabola, { x: 10 }, { signal: AbortSignal.abort(reason) })
  t.is((await t.throwsAsync(async () => before, { any: true })) as unknown, reason)
  for (const delay of [0, 5, 30]) {
    const controller = new AbortController()
    const run = minimize(parabola, { x: 10 }, { steps: 1e9, signal: controller.signal })
    setTimeout(() => controller.abort(delay), delay)
    t.is((await t.throwsAsync(async () => run, { any: true })) as unknown, delay)
  }
})

test('divergence is a status, with the last finite parameters', async (t) => {
  const run = minimize(({ x }) => ops.square(ops.square(x)), { x: 10 }, { optimizer: tenth, steps: 1000 })
  const { status, parameters, value, steps } = await run
  t.is(status, 'diverged')
  t.true(Number.isFinite(parameters.x))
  t.is(value, Math.fround(Math.fround(parameters.x * parameters.x) ** 2))
  t.true(steps < 10)
  const never = await minimize(({ x }) => ops.log(x), { x: -1 }, { steps: 10 })
  t.is(never.status, 'diverged')
  t.is(never.parameters.x, -1)
  t.is(never.value, Number.NaN)
})

test('a point where the objective does not change stays', async (t) => {
  const { parameters, value } = await minimize(() => ops.add(1, 2), { x: 10 }, { optimizer: tenth, steps: 5 })
  t.deepEqual([parameters.x, value], [10, 3])
})

test('long runs keep every n-th record', async (t) => {
  const start = { x: new Float32Array(4000).fill(1) }
  const run = minimize(({ x }) => ops.mean(ops.square(x)), start, { optimizer: tenth, steps: 10_000 })
  const records = await all(run)
  t.deepEqual(
    records.map(({ step }) => step),
    Array.from({ length: 3334 }, (_, index) => index * 3),
  )
  t.is((await run).steps, 10_000)
})

const valley = ({ x, y }: { x: Expression; y: Expression }): Expression =>
  ops.add(ops.square(ops.subtract(1, x)), ops.multiply(100, ops.square(ops.subtract(y, ops.square(x)))))

for (const [name, optimizer, steps] of [
  ['sgd', sgd({ learningRate: 1e-3 }), 40_000],
  ['momentum', sgd({ learningRate: 1e-4, momentum: 0.99 }), 10_000],
  ['nesterov', sgd({ learningRate: 1e-4, momentum: 0.99, nesterov: true }), 10_000],
  ['adam', adam({ learningRate: 0.02 }), 10_000],
  ['adamw', adamw({ learningRate: 0.02, weightDecay: 0 }), 10_000],
] as const) {
  test(`Rosenbrock's valley by ${name}`, async (t) => {
    const { parameters, value, status } = await minimize(valley, { x: -1.2, y: 1 }, { optimizer, steps })
    t.is(status, 'completed')
    t.true(value < 1e-5, `${value}`)
    t.true(Math.hypot(parameters.x - 1, parameters.y - 1) < 0.01, JSON.stringify(parameters))
  })
}

test('the value and gradient at a point', async (t) => {
  t.deepEqual(await gradient(parabola, { x: 3 }), { value: 9, gradient: { x: 6 } })
  const both = await gradient(({ a, b }) => ops.sum(ops.matmul(a, b)), { a: [[1, 2]], b: [3, 4], unused: 1 })
  t.deepEqual(both, {
    value: 11,
    gradient: {
      a: { data: Float32Array.of(3, 4), shape: [1, 2] },
      b: { data: Float32Array.of(1, 2), shape: [2] },
      unused: 0,
    },
  })
  // a value used twice, and not at all through stopGradient
  const twice = await gradient(({ x }) => ops.multiply(x, ops.stopGradient(x)), { x: 3 })
  t.deepEqual(twice, { value: 9, gradient: { x: 3 } })
  t.deepEqual(await gradient(({ x }) => x, { x: 3 }), { value: 3, gradient: { x: 1 } })
})

test('values', async (t) => {
  t.deepEqual(await evaluate(({ x }) => ops.relu(x), { x: [-1, 2] }), { data: Float32Array.of(0, 2), shape: [2] })
  t.is(await evaluate(({ x }) => ops.sum(x), { x: [-1, 2] }), 1)
  t.deepEqual(await evaluate(({ x }) => ({ sum: ops.sum(x), same: x }), { x: [[1, 2]] }), {
    sum: 3,
    same: { data: Float32Array.of(1, 2), shape: [1, 2] },
  })
  t.deepEqual(await evaluate(({ x, at }) => ops.gather(x, at), { x: [5, 6, 7], at: [2, 0] }), {
    data: Float32Array.of(7, 5),
    shape: [2],
  })
})

/** y = 2a − b/2 + noise, with a column of ones for the offset. */
function noisy(): { data: Dataset<never>; x: number[][]; y: number[] } {
  const x = Array.from({ length: 200 }, (_, row) => [1, Math.sin(row), Math.cos(3 * row)])
  const y = x.map(([, a = 0, b = 0], row) => 2 * a - b / 2 + 0.25 + 0.1 * Math.sin(17 * row))
  return { data: dataset({ inputs: x, targets: y }), x, y }
}

/** The closed form: solves XᵀX θ = Xᵀy by elimination. */
function normalEquations(x: number[][], y: number[]): number[] {
  const size = x[0]?.length ?? 0
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => x.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
    x.reduce((sum, row, at) => sum + (row[i] ?? 0) * (y[at] ?? 0), 0),
  ])
  for (let i = 0; i < size; i++) {
    const pivot = system[i] as number[]
    for (const [j, row] of system.entries()) {
      const factor = i === j ? 0 : (row[i] ?? 0) / (pivot[i] ?? 1)
      for (let k = 0; k <= size; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0)
    }
  }
  return system.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1))
}

const squares = (
  { theta }: { theta: Expression },
  { inputs, targets }: { inputs: Expression; targets: Expression },
): Expression => ops.mean(ops.square(ops.subtract(ops.matmul(inputs, theta), targets)))

const start = { theta: [[0], [0], [0]] }

test('linear regression by full-batch descent finds the closed form', async (t) => {
  const { data, x, y } = noisy()
  const options = { data, batchSize: 'all', optimizer: sgd({ learningRate: 0.5 }), steps: 500, tolerance: 0 } as const
  const { parameters, value, status } = await minimize(squares, start, options)
  t.is(status, 'converged')
  const theta = normalEquations(x, y)
  for (const [index, expected] of theta.entries()) {
    t.true(Math.abs((parameters.theta.data[index] ?? 0) - expected) < 1e-5, `${index}`)
  }
  const errors = x.map((row, at) => row.reduce((sum, v, i) => sum + v * (theta[i] ?? 0), 0) - (y[at] ?? 0))
  const mean = errors.reduce((sum, error) => sum + error * error, 0) / errors.length
  t.true(Math.abs(value - mean) < 1e-6, `${value} ${mean}`)
})

for (const [name, batchSize] of [
  ['stochastic', 1],
  ['mini-batch', 16],
] as const) {
  test(`linear regression by ${name} descent comes close to the closed form`, async (t) => {
    const { data, x, y } = noisy()
    // rates that fall to 0 take the noise of single rows away
    const optimizer = sgd({ learningRate: cosineDecay({ initial: 0.05 * Math.sqrt(batchSize) }) })
    const options = { data, batchSize, optimizer, steps: 20_000 / batchSize, seed: 3 }
    const { parameters, value } = await minimize(squares, start, options)
    const theta = normalEquations(x, y)
    const away = Math.hypot(...theta.map((expected, index) => (parameters.theta.data[index] ?? 0) - expected))
    t.true(away < 0.01, `${away}`)
    t.true(value < 0.006, `${value}`)
    const again = await minimize(squares, start, options)
    t.deepEqual(again.parameters, parameters)
    const other = await minimize(squares, start, { ...options, seed: 4 })
    t.notDeepEqual(other.parameters, parameters)
  })
}

test('an objective may give one value per row', async (t) => {
  const { data } = noisy()
  const options = { data, batchSize: 16, optimizer: tenth, steps: 50, shuffle: false }
  const whole = await minimize(squares, start, options)
  const rows = await minimize(
    ({ theta }, { inputs, targets }) => ops.meanSquaredError(ops.matmul(inputs, theta), targets),
    start,
    options,
  )
  for (const [index, value] of whole.parameters.theta.data.entries()) {
    t.true(Math.abs(value - (rows.parameters.theta.data[index] ?? 0)) < 1e-5)
  }
  t.true(Math.abs(whole.value - rows.value) < 1e-6)
})

test('named inputs, labels and weights reach the objective', async (t) => {
  const data = dataset({
    inputs: { left: [[1], [2], [3], [4]], right: [[0.5], [0.5], [-1], [1]] },
    labels: ['a', 'b', 'b', 'a'],
    weights: [1, 2, 3, 4],
  })
  const seen: unknown[] = []
  const run = minimize(
    ({ w }, values: { inputs: { left: Expression; right: Expression }; targets: Expression; weights?: Expression }) => {
      const { inputs, targets, weights = ops.add(0, 0) } = values
      seen.push(inputs.left.shape, inputs.right.shape, targets.shape, targets.type, weights.shape)
      const logits = ops.matmul(ops.concatenate([inputs.left, inputs.right], { axis: 1 }), w)
      return ops.multiply(ops.crossEntropy(logits, targets), weights)
    },
    {
      w: [
        [0.1, 0],
        [0, 0.1],
      ],
    },
    { data, batchSize: 'all', steps: 20, optimizer: tenth },
  )
  const records = await all(run)
  t.deepEqual(seen, [['rows', 1], ['rows', 1], ['rows'], 'u32', ['rows']])
  t.true((await run).value < (records[0]?.value ?? 0))
})

test('closing the data while it runs changes nothing', async (t) => {
  const { data } = noisy()
  const run = minimize(squares, start, { data, optimizer: tenth, steps: 1000 })
  await turn()
  data.close()
  t.is((await run).status, 'completed')
})

test('the number of threads changes nothing', async (t) => {
  const { data } = noisy()
  const run = (threads: number) => minimize(squares, start, { data, optimizer: tenth, steps: 100, threads })
  t.deepEqual(await run(1), await run(4))
})

test('misuse rejects with a code, before any work', async (t) => {
  const bad = (value: unknown) => minimize(parabola, { x: 1 }, value as never)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ step: 3 }), /options must be one of/)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ steps: 0 }), /steps must be an integer ≥ 1, received 0/)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ tolerance: -1 }), /tolerance must be ≥ 0/)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ optimizer: 'newton' }), /optimizer must be one of/)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ batchSize: 3 }), /batchSize needs data/)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ clipNorm: 0 }), /clipNorm must be > 0/)
  await rejectsCode(t, 'ERR_OPTION', () => bad({ signal: {} }), /AbortSignal/)
  await rejectsCode(t, 'ERR_DATA', () => bad({ data: [] }), /made by dataset/)
  const closed = noisy().data
  closed.close()
  await rejectsCode(t, 'ERR_CLOSED', () => minimize(squares, start, { data: closed }), /closed/)

  const from = (point: unknown) => minimize(() => ops.add(1, 1), point as never)
  await rejectsCode(t, 'ERR_DATA', () => from({ x: Number.NaN }), /parameters\.x: numbers must be finite/)
  await rejectsCode(t, 'ERR_DATA', () => from({}), /at least one/)
  await rejectsCode(t, 'ERR_DATA', () => from([1]), /object of numbers/)
  await rejectsCode(t, 'ERR_DATA', () => from({ x: 'a' }), /data must be/)
  await rejectsCode(t, 'ERR_DATA', () => from({ [Symbol('x')]: 1 }), /names of parameters/)
  const getter = Object.defineProperty({}, 'x', {
    enumerable: true,
    get() {
      throw new RangeError('mine')
    },
  })
  const thrown = await rejectsCode(t, 'ERR_DATA', () => from(getter), /RangeError: mine/)
  t.true(thrown.cause instanceof RangeError)

  const objective = (made: unknown) => minimize(made as typeof parabola, { x: [1, 2] })
  await rejectsCode(t, 'ERR_OPTION', () => objective(3), /must be a function/)
  await rejectsCode(t, 'ERR_OPTION', () => objective(() => undefined), /must give an expression/)
  await rejectsCode(t, 'ERR_OPTION', () => objective(async () => ops.add(1, 1)), /must give an expression/)
  await rejectsCode(t, 'ERR_SHAPE', () => objective(parabola), /must give one number .*received \[2\]/)
  const own = await rejectsCode(
    t,
    'ERR_OPTION',
    () =>
      objective(() => {
        throw new TypeError('mine')
      }),
    /TypeError: mine/,
  )
  t.true(own.cause instanceof TypeError)
  let stolen: Expression | undefined
  await minimize(
    ({ x }) => {
      stolen = x
      return ops.square(x)
    },
    { x: 1 },
    { steps: 1 },
  )
  await rejectsCode(t, 'ERR_OPTION', () => minimize(() => ops.exp(stolen ?? 0), { x: 1 }), /another call/)
  await rejectsCode(t, 'ERR_OPTION', () => evaluate(() => ops.exp(stolen ?? 0), { x: 1 }), /another call/)
  await rejectsCode(t, 'ERR_OPTION', () => evaluate((() => ({})) as never, { x: 1 }), /at least one expression/)
  await rejectsCode(t, 'ERR_SHAPE', () => gradient(({ x }) => x, { x: [1, 2] }), /must give one number/)
})
