/** What a data set can hold beside inputs: targets and labels of one output or several, and weights. */
import { fc, testProp } from '@fast-check/ava'
import test, { type ExecutionContext } from 'ava'
import { expectTypeOf } from 'expect-type'
import { type Dataset, dataset, dense, fit, input, sequential, sgd, tensor } from '../../src/index.ts'
import { throwsCode } from '../helpers.ts'

test('several outputs have targets, labels or both by name', (t) => {
  const data = dataset({
    inputs: [[1], [2], [3]],
    targets: {
      price: [1, 2, 3],
      box: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
    labels: { kind: ['b', 'a', 'b'], size: Uint8Array.of(3, 1, 3) },
    classes: { kind: ['a', 'b', 'c'] },
  })
  t.deepEqual(data.shapes, { inputs: [1], targets: { price: [1], box: [2] } })
  t.deepEqual(data.classes, { kind: ['a', 'b', 'c'], size: [1, 3] })
  expectTypeOf(data).toEqualTypeOf<Dataset<{ readonly kind: string; readonly size: number }>>()
  expectTypeOf(data.classes.kind).toEqualTypeOf<readonly string[]>()
  expectTypeOf(data.classes.size).toEqualTypeOf<readonly number[]>()
  const [part] = data.split(0.4)
  t.deepEqual(part?.classes, data.classes)
  t.is(data.concat(data.subset([0])).size, 4)
  t.true(Object.isFrozen(data.classes) && Object.isFrozen(data.classes.kind))
  const numbers = dataset({ inputs: [1, 2], targets: { a: [1, 2], b: [3, 4] } })
  t.is(numbers.classes, undefined)
  t.deepEqual(numbers.shapes.targets, { a: [1], b: [1] })
})

test('what does not fit together is refused by name', (t) => {
  const inputs = [[1], [2]]
  const refused = (code: 'ERR_DATA' | 'ERR_OPTION' | 'ERR_SHAPE', options: object, message: RegExp): void => {
    throwsCode(t, code, () => dataset(options as never), message)
  }
  refused('ERR_OPTION', { inputs, targets: { a: [1, 2] }, labels: [1, 2] }, /targets must|either targets or labels/)
  refused('ERR_OPTION', { inputs, targets: [1, 2], labels: { a: [1, 2] } }, /targets must be a record/)
  refused('ERR_OPTION', { inputs, targets: { a: [1, 2] }, labels: { a: [1, 2] } }, /either targets or labels.*"a"/)
  refused('ERR_SHAPE', { inputs, targets: { a: [1, 2], b: [1] } }, /targets\.b must have as many rows as input \(2\)/)
  refused('ERR_SHAPE', { inputs, labels: { a: [1] } }, /labels\.a must have as many rows/)
  refused('ERR_DATA', { inputs, labels: { a: [1, 'x'] } }, /labels\.a\[1\] must be a number like the first/)
  refused(
    'ERR_DATA',
    { inputs, labels: { a: [1, 2] }, classes: { a: [1] } },
    /labels\.a\[1\] must be one of the classes/,
  )
  refused('ERR_OPTION', { inputs, labels: { a: [1, 2] }, classes: { b: [1] } }, /names in classes .*"b"/)
  refused('ERR_OPTION', { inputs, labels: { a: [1, 2] }, classes: [1, 2] }, /classes must be a record/)
  refused('ERR_DATA', { inputs, targets: {} }, /targets must be given for at least one name/)
  refused('ERR_OPTION', { inputs, targets: { '': [1, 2] } }, /names in targets must be texts that are not empty/)
  refused('ERR_OPTION', { inputs: { 'target/a': inputs }, targets: { a: [1, 2] } }, /names of inputs/)
  refused(
    'ERR_DATA',
    { inputs, targets: { a: [1, Number.NaN] } },
    /'target\/a': the value at row 1, column 0 must be fin/,
  )
})

test('weights are one number per row, ≥ 0 and not all 0', (t) => {
  const inputs = [[1], [2]]
  const weighted = (weights: unknown) => () => dataset({ inputs, targets: [1, 2], weights } as never)
  for (const weights of [
    [1, 0],
    [[1], [2]],
    Uint8Array.of(1, 2),
    Float64Array.of(0.5, 1),
    tensor([1, 2]),
    Int32Array.of(1, 2),
  ]) {
    t.is(weighted(weights)().size, 2)
  }
  t.is(dataset({ inputs, labels: ['a', 'b'], weights: [1, 2] }).size, 2)
  throwsCode(t, 'ERR_SHAPE', weighted([1]), /weights must have as many rows as input \(2\), received 1/)
  throwsCode(
    t,
    'ERR_SHAPE',
    weighted([
      [1, 2],
      [3, 4],
    ]),
    /one number per row, shape \[n\] or \[n, 1\], received \[2, 2\]/,
  )
  throwsCode(t, 'ERR_DATA', weighted([1, -1]), /row 1 must not be negative, received -1/)
  throwsCode(t, 'ERR_DATA', weighted(Int32Array.of(1, -1)), /row 1 must not be negative/)
  throwsCode(t, 'ERR_DATA', weighted([1, Number.POSITIVE_INFINITY]), /row 1 must be finite/)
  throwsCode(t, 'ERR_DATA', weighted([0, 0]), /at least one weight must be positive/)
  throwsCode(t, 'ERR_DATA', weighted(['a', 'b']), /a number expected at \[0\], received "a"/)
  const plain = dataset({ inputs, targets: [1, 2] })
  throwsCode(t, 'ERR_SHAPE', () => plain.concat(weighted([1, 1])() as never), /received .*weights/)
})

test('a number too great for f32 is refused with its row, not made infinite', (t) => {
  const inputs = Float64Array.of(1, 2, 3, -1e300)
  throwsCode(
    t,
    'ERR_DATA',
    () => dataset({ inputs: tensor(inputs, [2, 2]), targets: [1, 2] }),
    /row 1, column 1 must be finite, also when rounded to 32 bits.*received -1e300/,
  )
  throwsCode(t, 'ERR_DATA', () => dataset({ inputs: [[1], [2]], targets: [1, 1e39] }), /'target': the value at row 1/)
})

/** Weights of a linear model after full-batch steps: what is compared does not depend on the order of the rows. */
async function trained(
  t: ExecutionContext,
  data: Dataset<never> | Dataset<number>,
  classes: boolean,
): Promise<number[]> {
  const network = sequential([input({ shape: [2] }), dense(classes ? 2 : 1)])
  const loss = classes ? 'crossEntropy' : 'meanSquaredError'
  const options = { epochs: 20, batchSize: 'all', shuffle: false, optimizer: sgd({ learningRate: 0.1 }) } as const
  const { model, status } = await fit<number>(network, data as Dataset<number>, { loss, ...options })
  t.is(status, 'completed')
  const weights = Object.values(model.weights()).flatMap(({ data: values }) => [...values])
  const { loss: mean } = await model.evaluate(data as Dataset<number>)
  model.close()
  return [...weights, mean]
}

const row = fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }))
const rows = fc.array(fc.tuple(row, fc.nat(1), fc.nat(3)), { minLength: 2, maxLength: 12 })

for (const classes of [false, true]) {
  testProp(
    `a row of weight k is k rows, and one of weight 0 is absent (${classes ? 'labels' : 'targets'})`,
    [rows],
    async (t, drawn) => {
      // both classes and a positive weight are there whatever is drawn
      const all = [[[0.5, -1], 0, 2] as const, [[1, 1], 1, 1] as const, ...drawn]
      const weights = all.map(([, , weight]) => weight)
      const repeated = all.flatMap((entry) => Array.from({ length: entry[2] }, () => entry))
      const make = (from: typeof all, given?: number[]) => {
        const inputs = from.map(([numbers]) => [...numbers])
        const values = from.map(([, value]) => value)
        const extra = given === undefined ? {} : { weights: given }
        return classes
          ? dataset({ inputs, labels: values, classes: [0, 1], ...extra })
          : dataset({ inputs, targets: values, ...extra })
      }
      const one = await trained(t, make(all, weights) as Dataset<number>, classes)
      const other = await trained(t, make(repeated) as Dataset<number>, classes)
      // the sums of 20 steps are rounded in another order: 1e-6 of numbers near 1 is 16 roundings of f32
      one.forEach((value, index) => {
        const expected = other[index] ?? Number.NaN
        t.true(Math.abs(value - expected) <= 4e-6 * Math.max(1, Math.abs(expected)), `${value}, expected ${expected}`)
      })
    },
    { numRuns: 25 },
  )
}
