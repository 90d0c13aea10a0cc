/**
 * Value and gradient of every operation against PyTorch; `golden/ops.py` made the numbers and says how. The tolerance is what
 * f32 can hold after a few operations; PyTorch computed in f64.
 */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { evaluate, gradient, type Tensor, tensor } from '../../src/index.ts'
import * as ops from '../../src/ops.ts'

interface Case {
  readonly op: keyof typeof ops
  readonly operands: { readonly shape: number[]; readonly data: number[]; readonly trained: boolean }[]
  readonly listed?: boolean
  readonly tolerance?: number
  readonly extra: unknown[]
  readonly weights: number[]
  readonly shape: number[]
  readonly output: number[]
  readonly gradients: (number[] | null)[]
}

const cases = JSON.parse(readFileSync(new URL('../golden/ops.json', import.meta.url), 'utf8')) as Case[]

const of = ({ shape, data }: { shape: number[]; data: number[] }): Tensor => tensor(Float32Array.from(data), shape)

function close(
  t: ExecutionContext,
  received: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  tolerance = 2e-6,
): void {
  t.is(received.length, expected.length, what)
  const largest = Math.max(...expected.map(Math.abs), 1e-3)
  for (const [index, value] of expected.entries()) {
    const off = Math.abs((received[index] ?? Number.NaN) - value)
    t.true(
      off <= tolerance * Math.abs(value) + 1e-6 * largest,
      `${what}[${index}]: ${received[index]}, PyTorch ${value}`,
    )
  }
}

const numbers = (value: number | Tensor | undefined): ArrayLike<number> =>
  value === undefined ? [] : typeof value === 'number' ? [value] : value.data

for (const [index, golden] of cases.entries()) {
  const { op, operands, extra, listed = false, tolerance } = golden
  const shapes = operands.map(({ shape }) => `[${shape.join(', ')}]`)
  test(`${index} ${op}: ${shapes.join(' ')} ${extra.map((value) => JSON.stringify(value)).join(' ')}`, async (t) => {
    const point = Object.fromEntries(
      operands.flatMap((operand, at) => (operand.trained ? [[`x${at}`, of(operand)]] : [])),
    )
    const call = (handles: Readonly<Record<string, ops.Expression>>): ops.Expression => {
      const values = operands.map((operand, at) => handles[`x${at}`] ?? of(operand))
      const run = ops[op] as (...values: unknown[]) => ops.Expression
      return listed ? run(values, ...extra) : run(...values, ...extra)
    }
    const value = await evaluate(call, point)
    if (typeof value === 'number') t.deepEqual(golden.shape, [])
    else t.deepEqual(value.shape, golden.shape)
    close(t, numbers(value), golden.output, 'value', tolerance)
    const weights = tensor(Float32Array.from(golden.weights), golden.shape)
    const result = await gradient((handles) => ops.sum(ops.multiply(call(handles), weights)), point)
    for (const [at, expected] of golden.gradients.entries()) {
      if (expected !== null)
        close(t, numbers(result.gradient[`x${at}`]), expected, `gradient of operand ${at}`, tolerance)
    }
  })
}

test('every operation has golden numbers', (t) => {
  const named = Object.entries(ops).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
  t.deepEqual(
    named.filter((name) => !cases.some(({ op }) => op === name)),
    [],
  )
})
