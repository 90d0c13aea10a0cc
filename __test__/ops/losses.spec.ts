/** Losses of values without rows: the first axis is the rows, and gradients reach what is trained. */
import test from 'ava'
import { evaluate, gradient, type Tensor } from '../../src/index.ts'
import * as ops from '../../src/ops/index.ts'

const near = (received: ArrayLike<number>, expected: readonly number[]): boolean =>
  received.length === expected.length &&
  expected.every((value, at) => Math.abs(value - (received[at] ?? Number.NaN)) < 1e-6)

const x = [
  [0.5, -2, 3],
  [1, 0, -1],
]
const wanted = [
  [0, 1, 3.5],
  [1, 2, -4],
]
const mean = (f: (error: number) => number): number[] =>
  x.map((row, r) => row.reduce((sum, value, c) => sum + f(value - (wanted[r]?.[c] ?? 0)) / row.length, 0))

test('one value for each row', async (t) => {
  const value = async (loss: ops.RowLoss | typeof ops.huber) =>
    (await evaluate(({ x }) => loss(x, wanted), { x })) as Tensor
  const huber = mean((e) => (Math.abs(e) < 1 ? (e * e) / 2 : Math.abs(e) - 0.5))
  const got = await value(ops.huber)
  t.deepEqual([...got.shape], [2])
  t.true(near(got.data, huber), `${[...Array.from(got.data)]}`)
  t.true(near((await value(ops.meanAbsoluteError)).data, mean(Math.abs)))
  t.true(
    near(
      (await value(ops.logCosh)).data,
      mean((e) => Math.log(Math.cosh(e))),
    ),
  )
  t.true(
    near(
      (await value(ops.meanSquaredError)).data,
      mean((e) => e * e),
    ),
  )
})

test('gradients of losses of parameters', async (t) => {
  const found = await gradient(({ x }) => ops.sum(ops.huber(x, wanted, { delta: 2 })), { x })
  const want = x.flatMap((row, r) => row.map((v, c) => Math.min(2, Math.max(-2, v - (wanted[r]?.[c] ?? 0))) / 3))
  t.true(near((found.gradient.x as { data: ArrayLike<number> }).data, want))
  const rates = await gradient(({ z }) => ops.sum(ops.poisson(z, [2, 0])), { z: [0, 1] })
  t.true(near((rates.gradient.z as { data: ArrayLike<number> }).data, [-1, Math.E]))
  const divergence = await gradient(({ z }) => ops.sum(ops.kullbackLeibler(z, [[0.5, 0.5, 0]])), { z: [[1, 1, 1]] })
  t.true(Math.abs(divergence.value - Math.log(1.5)) < 1e-6)
  t.true(near((divergence.gradient.z as { data: ArrayLike<number> }).data, [-1 / 6, -1 / 6, 1 / 3]))
})
