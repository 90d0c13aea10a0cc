/** How expressions become nodes of the engine's graph. */
import test from 'ava'
import { emit } from '../../src/ops/emit.ts'
import { leaf } from '../../src/ops/expression.ts'
import { lossNodes } from '../../src/ops/loss.ts'
import * as ops from '../../src/ops.ts'
import { throwsCode } from '../helpers.ts'

const owner = {}
const options = { where: 'test', owner, prefix: 'ops' }
const x = leaf('x', ['rows', 2], 'f32', owner, true)

test('operands first, shared values once, constants once', (t) => {
  const off = ops.subtract(x, 1)
  const { nodes, values, states } = emit([ops.add(ops.square(off), ops.multiply(off, 1))], options)
  t.deepEqual(nodes, [
    { name: 'ops/constant_1', op: 'constant', inputs: [], attributes: { shape: [], values: [1] } },
    { name: 'ops/subtract_1', op: 'subtract', inputs: ['x', 'ops/constant_1'], attributes: {} },
    { name: 'ops/square_1', op: 'square', inputs: ['ops/subtract_1'], attributes: {} },
    { name: 'ops/multiply_1', op: 'multiply', inputs: ['ops/subtract_1', 'ops/constant_1'], attributes: {} },
    { name: 'ops/add_1', op: 'add', inputs: ['ops/square_1', 'ops/multiply_1'], attributes: {} },
  ])
  t.deepEqual(values, ['ops/add_1'])
  t.deepEqual(states, [])
})

test('names that are taken are left alone', (t) => {
  const { values } = emit([ops.exp(x), x], { ...options, taken: ['ops/exp_1', 'x'] })
  t.deepEqual(values, ['ops/exp_2', 'x'])
})

test('big constants become states, except indices', (t) => {
  const big = new Float32Array(100).fill(2)
  const { nodes, states } = emit([ops.multiply(big, 2), ops.gather(big, new Int32Array(70))], {
    ...options,
    inline: 64,
  })
  t.deepEqual(
    states.map(({ shape }) => shape),
    [[100], [100]],
  )
  t.deepEqual(
    nodes.map(({ op }) => op),
    ['constant', 'multiply', 'constant', 'gather'],
  )
  t.deepEqual(
    nodes[2]?.attributes.values,
    Array.from({ length: 70 }, () => 0),
  )
})

test('constants are copies', (t) => {
  const numbers = new Float32Array([1, 2])
  const made = ops.add(numbers, 0)
  numbers.fill(9)
  t.deepEqual(emit([made], options).nodes[0]?.attributes.values, [1, 2])
})

test('expressions nest as deep as a loop goes', (t) => {
  let deep: ops.Expression = x
  for (let round = 0; round < 100_000; round++) deep = ops.sin(deep)
  t.is(emit([deep], options).nodes.length, 100_000)
})

test('values of another call are refused', (t) => {
  const other = leaf('x', [], 'f32', {}, true)
  throwsCode(t, 'ERR_OPTION', () => emit([ops.add(x, other)], options), /one of another call/)
})

const prediction = { name: 'dense_1', shape: ['rows', 2], type: 'f32' } as const
const target = { name: 'target', shape: ['rows', 2], type: 'f32' } as const

test('a loss function becomes nodes with one value per row', (t) => {
  const loss: ops.LossFunction = (values) =>
    ops.sum(ops.square(ops.subtract(values.prediction, values.target)), { axis: 1 })
  t.deepEqual(lossNodes('fit', loss, prediction, target, 'loss'), {
    nodes: [
      { name: 'loss/subtract_1', op: 'subtract', inputs: ['dense_1', 'target'], attributes: {} },
      { name: 'loss/square_1', op: 'square', inputs: ['loss/subtract_1'], attributes: {} },
      { name: 'loss/sum_1', op: 'sum', inputs: ['loss/square_1'], attributes: { axes: [1], keepDims: false } },
    ],
    value: 'loss/sum_1',
  })
})

test('a loss of one output may keep its axis', (t) => {
  const one = { ...prediction, shape: ['rows', 1] } as const
  const { value } = lossNodes('fit', (values) => ops.abs(values.prediction), one, target, 'loss')
  t.is(value, 'loss/sum_1')
})

test('loss functions that are none', (t) => {
  const build = (loss: unknown) => () => lossNodes('fit', loss as ops.LossFunction, prediction, target, 'loss')
  throwsCode(
    t,
    'ERR_SHAPE',
    build((values: { prediction: ops.Expression }) => values.prediction),
    /one number per row/,
  )
  throwsCode(
    t,
    'ERR_SHAPE',
    build((values: { prediction: ops.Expression }) => ops.sum(values.prediction)),
    /received \[\]/,
  )
  throwsCode(
    t,
    'ERR_OPTION',
    build(() => 3),
    /must give an expression/,
  )
  throwsCode(
    t,
    'ERR_OPTION',
    build(async () => ops.exp(1)),
    /must give an expression/,
  )
  const error = throwsCode(
    t,
    'ERR_OPTION',
    build(() => {
      throw new RangeError('mine')
    }),
    /RangeError: mine/,
  )
  t.true(error.cause instanceof RangeError)
})
