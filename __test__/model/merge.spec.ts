import test from 'ava'
import {
  add,
  concatenate,
  dataset,
  dense,
  fit,
  functional,
  initialize,
  input,
  type MergingLayer,
  multiply,
  reshape,
  sequential,
  sgd,
  type Value,
} from '../../src/index.ts'
import { throwsCode } from '../helpers.ts'

const pair = { a: input({ shape: [2] }), b: input({ shape: [2] }) }
const a = [
  [1, 2],
  [3, 4],
  [-5, 6],
]
const b = [
  [10, 20],
  [30, -40],
  [50, 60],
]

async function rowsOf(
  merge: (values: { a: Value; b: Value }) => Value,
): Promise<{ shape: readonly number[]; data: number[] }> {
  const model = await initialize(functional(pair, merge))
  const { shape, data } = await model.predict({ a, b })
  t_sync.add(JSON.stringify(model.predictSync({ a, b })) === JSON.stringify({ data, shape }))
  return { shape, data: [...data] }
}
const t_sync = new Set<boolean>()

test('merging layers', async (t) => {
  t.deepEqual(await rowsOf(({ a, b }) => concatenate([a, b])), {
    shape: [3, 4],
    data: [1, 2, 10, 20, 3, 4, 30, -40, -5, 6, 50, 60],
  })
  t.deepEqual((await rowsOf(({ a, b }) => add([a, b, a]))).data, [12, 24, 36, -32, 40, 72])
  t.deepEqual((await rowsOf(({ a, b }) => multiply([a, b]))).data, [10, 40, 90, -160, -250, 360])
  t.deepEqual((await rowsOf(({ a, b }) => multiply([a, a, b]))).data, [10, 80, 270, -640, 1250, 2160])
  const column = ({ a, b }: { a: Value; b: Value }) => [reshape([2, 1])(a), reshape([2, 1])(b)] as const
  t.deepEqual(await rowsOf((values) => concatenate([...column(values)], { axis: -1 })), {
    shape: [3, 2, 2],
    data: [1, 10, 2, 20, 3, 30, 4, -40, -5, 50, 6, 60],
  })
  t.deepEqual(await rowsOf((values) => concatenate([...column(values)], { axis: 1 })), {
    shape: [3, 4, 1],
    data: [1, 2, 10, 20, 3, 4, 30, -40, -5, 6, 50, 60],
  })
  // [rows, 2, 1] with [rows, 1, 2]: every pair
  t.deepEqual((await rowsOf(({ a, b }) => multiply([reshape([2, 1])(a), reshape([1, 2])(b)]))).shape, [3, 2, 2])
  t.deepEqual([...t_sync], [true])
})

test('they are layers with names and options as well', (t) => {
  const sum = add({ name: 'sum' })
  const network = functional(pair, ({ a, b }) => sum([concatenate()([a, b]), concatenate([b, a], { name: 'turned' })]))
  t.deepEqual(
    network.layers.map(({ name, kind, inputs }) => [name, kind, inputs]),
    [
      ['concatenate_1', 'concatenate', ['a', 'b']],
      ['turned', 'concatenate', ['b', 'a']],
      ['sum', 'add', ['concatenate_1', 'turned']],
    ],
  )
  t.deepEqual(sum.config, { kind: 'add', name: 'sum' })
  t.true(Object.isFrozen(sum) && Object.isFrozen(sum.config))
  t.deepEqual(concatenate({ axis: 1 }).config, { kind: 'concatenate', axis: 1 })
})

test('gradients go to every branch', async (t) => {
  // y = (a kernel_1 + b kernel_2) with one number each: a linear model in two pieces, found exactly
  const network = functional(pair, ({ a, b }) =>
    add([dense(1, { useBias: false })(a), multiply([dense(1, { useBias: false })(b), dense(1)(concatenate([a, b]))])]),
  )
  const rows = Array.from({ length: 200 }, (_, row) => [
    Math.sin(row),
    Math.cos(3 * row),
    Math.sin(5 * row),
    1 - (row % 3),
  ])
  const inputs = { a: rows.map((row) => row.slice(0, 2)), b: rows.map((row) => row.slice(2)) }
  const targets = rows.map(([p = 0, q = 0, r = 0, s = 0]) => p - q + (r + s) * (0.5 * r + 1))
  const { history, model } = await fit(network, dataset({ inputs, targets }), {
    loss: 'meanSquaredError',
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
    epochs: 200,
  })
  t.true((history.at(-1)?.loss ?? 1) < 1e-6, `${history.at(-1)?.loss}`)
  const { data } = model.weights()['dense_1/kernel'] ?? { data: [] }
  t.true(Math.abs((data[0] ?? 0) - 1) < 1e-2 && Math.abs((data[1] ?? 0) + 1) < 1e-2)
})

test('misuse of merging layers', (t) => {
  for (const merge of [add, multiply, concatenate] as ((values?: unknown, options?: unknown) => unknown)[]) {
    throwsCode(t, 'ERR_OPTION', () => merge([]), /at least two values/)
    throwsCode(t, 'ERR_OPTION', () => merge(3))
    throwsCode(t, 'ERR_OPTION', () => merge({ nam: 'x' }), /options must be/)
    throwsCode(t, 'ERR_OPTION', () => merge([3, 4]), /applied to values of a network/)
    throwsCode(t, 'ERR_OPTION', () => functional(pair, ({ a }) => merge([a]) as Value), /at least two values/)
    throwsCode(t, 'ERR_OPTION', () => functional(pair, ({ a, b }) => merge({ name: 'x' }, [a, b]) as Value))
    throwsCode(t, 'ERR_OPTION', () => functional(pair, ({ a, b }) => merge([a, b], { name: 'a/b' }) as Value), /name/)
    let other: Value | undefined
    functional({ x: input({ shape: [2] }) }, ({ x }) => {
      other = x
      return dense(1)(x)
    })
    throwsCode(t, 'ERR_OPTION', () => functional(pair, ({ a, b }) => merge([a, b, other]) as Value), /of one network/)
    throwsCode(t, 'ERR_OPTION', () => (merge() as MergingLayer)(3 as never), /list of values/)
    throwsCode(t, 'ERR_OPTION', () => sequential([input({ shape: [1] }), merge() as never]), /layer 2 must be a layer/)
    throwsCode(t, 'ERR_SHAPE', () =>
      functional(pair, ({ a, b }) => merge([a, reshape([1, 2, 1])(dense(2)(b))]) as Value),
    )
  }
  throwsCode(t, 'ERR_SHAPE', () => functional(pair, ({ a, b }) => add([a, dense(3)(b)])))
  for (const axis of [0, 2, -2, 1.5, Number.NaN, '1' as never]) {
    throwsCode(t, 'ERR_OPTION', () => functional(pair, ({ a, b }) => concatenate([a, b], { axis })), /axis must be/)
  }
})
