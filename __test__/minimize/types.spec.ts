import test from 'ava'
import { expectTypeOf } from 'expect-type'
import {
  type Dataset,
  evaluate,
  gradient,
  type MinimizeResult,
  type MinimizeStep,
  minimize,
  type ObjectiveData,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import * as ops from '../../src/ops.ts'

type Numbers = Tensor<Float32Array>

/** Checked by the compiler, never called. */
const checks = [
  async (): Promise<void> => {
    const run = minimize(({ x }) => ops.square(x), { x: 10 })
    expectTypeOf<Awaited<typeof run>>().toEqualTypeOf<MinimizeResult<{ x: number }>>()
    const { parameters, value, status, steps } = await run
    expectTypeOf(parameters).toEqualTypeOf<{ readonly x: number }>()
    expectTypeOf(value).toEqualTypeOf<number>()
    expectTypeOf(steps).toEqualTypeOf<number>()
    expectTypeOf(status).toEqualTypeOf<'completed' | 'converged' | 'diverged' | 'stopped'>()
    for await (const record of run) {
      expectTypeOf(record).toEqualTypeOf<MinimizeStep<{ x: number }>>()
      expectTypeOf(record.parameters.x).toEqualTypeOf<number>()
      // @ts-expect-error there is no such parameter
      void record.parameters.y
    }
  },
  async (): Promise<void> => {
    const start = { a: 1, b: [1, 2], c: [[1]], d: new Float64Array(2), e: tensor([1]), f: 1 as number | number[] }
    const { parameters } = await minimize((handles) => {
      expectTypeOf(handles.a).toEqualTypeOf<ops.Expression>()
      return ops.sum(ops.add(handles.b, handles.d))
    }, start)
    expectTypeOf(parameters.a).toEqualTypeOf<number>()
    expectTypeOf(parameters.b).toEqualTypeOf<Numbers>()
    expectTypeOf(parameters.c).toEqualTypeOf<Numbers>()
    expectTypeOf(parameters.d).toEqualTypeOf<Numbers>()
    expectTypeOf(parameters.e).toEqualTypeOf<Numbers>()
    expectTypeOf(parameters.f).toEqualTypeOf<number | Numbers>()
  },
  async (data: Dataset): Promise<void> => {
    minimize(
      ({ w }, { inputs, targets }) => {
        expectTypeOf(inputs).toEqualTypeOf<ops.Expression>()
        expectTypeOf(targets).toEqualTypeOf<ops.Expression>()
        return ops.meanSquaredError(ops.matmul(inputs, w), targets)
      },
      { w: [1] },
      { data, batchSize: 'all' },
    )
    minimize(
      ({ w }, { inputs, targets }: ObjectiveData<{ left: ops.Expression; right: ops.Expression }>) =>
        ops.meanSquaredError(ops.matmul(ops.add(inputs.left, inputs.right), w), targets),
      { w: [1] },
      { data },
    )
    // @ts-expect-error no batches without data
    minimize(({ w }) => ops.sum(w), { w: [1] }, { batchSize: 3 })
    // @ts-expect-error an objective with data needs them
    minimize(({ w }, { inputs }) => ops.sum(ops.matmul(inputs, w)), { w: [1] }, { steps: 3 })
    // @ts-expect-error texts are no numbers
    minimize(({ w }) => ops.sum(w), { w: 'a' })
    // @ts-expect-error there is no such parameter
    minimize(({ v }) => ops.sum(v), { w: [1] })
  },
  async (): Promise<void> => {
    const result = await gradient(({ x, y }) => ops.sum(ops.multiply(x, y)), { x: 3, y: [1, 2] })
    expectTypeOf(result.gradient).toEqualTypeOf<{ readonly x: number; readonly y: Numbers }>()
    const one = await evaluate(({ x }) => ops.relu(x), { x: [-1, 2] })
    expectTypeOf(one).toEqualTypeOf<number | Numbers>()
    const both = await evaluate(({ x }) => ({ sum: ops.sum(x), half: ops.divide(x, 2) }), { x: [-1, 2] })
    expectTypeOf(both).toEqualTypeOf<{ readonly sum: number | Numbers; readonly half: number | Numbers }>()
    interface Start {
      x: number
    }
    const start: Start = { x: 1 }
    expectTypeOf(await gradient(({ x }) => ops.exp(x), start)).toHaveProperty('value')
  },
]

test('types of parameters follow from where they start', (t) => {
  t.is(checks.length, 4)
})
