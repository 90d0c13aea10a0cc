import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { dataset, tensor } from '../../src/index.ts'
import { clouds, line, throwsCode } from '../helpers.ts'

test('tensor keeps typed arrays and flattens nested ones', (t) => {
  const data = new Uint8Array([1, 2, 3, 4])
  t.is(tensor(data).data, data)
  t.deepEqual(tensor(data, [2, 2]).shape, [2, 2])
  t.deepEqual(
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]).shape,
    [3, 2],
  )
  t.deepEqual(
    [
      ...tensor([
        [1, 2],
        [3, 4],
      ]).data,
    ],
    [1, 2, 3, 4],
  )
  t.deepEqual(tensor(7), tensor([7], []))
  t.deepEqual(tensor([]).shape, [0])
})

testProp(
  'tensor keeps every number and the shape',
  [fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })],
  (t, a, b) => {
    const nested = Array.from({ length: a }, (_, i) => Array.from({ length: b }, (_, j) => i * b + j))
    const { data, shape } = tensor(nested)
    t.deepEqual(shape, [a, b])
    t.deepEqual([...data], [...data.keys()])
  },
)

test('tensor says where an array is ragged or holds something else', (t) => {
  throwsCode(t, 'ERR_SHAPE', () => tensor([[1, 2], [3]]), /an array of 2 expected at \[1\], received one of 1/)
  throwsCode(
    t,
    'ERR_DATA',
    () =>
      tensor([
        [1, 2],
        [3, 'a'],
      ] as never),
    /a number expected at \[1\]\[1\], received "a"/,
  )
  throwsCode(t, 'ERR_SHAPE', () => tensor([1, 2, 3], [2]), /shape \[2\] must have 3 elements/)
  throwsCode(t, 'ERR_DATA', () => tensor(new BigInt64Array(2) as never), /received BigInt64Array/)
})

test('classes are sorted and kept by views', (t) => {
  const data = dataset({ inputs: [[0], [1], [2], [3]], labels: [10, 2, 10, 2] })
  t.deepEqual(data.classes, [2, 10])
  t.deepEqual(data.subset([0]).classes, [2, 10])
  t.deepEqual(dataset({ inputs: [1, 2], labels: ['b', 'a'] }).classes, ['a', 'b'])
  t.deepEqual(dataset({ inputs: [1, 2], labels: Uint8Array.of(3, 1) }).classes, [1, 3])
  t.deepEqual(dataset({ inputs: [1, 2], labels: ['b', 'b'], classes: ['b', 'a'] }).classes, ['b', 'a'])
})

test('shapes are those of a row', (t) => {
  t.deepEqual(clouds().shapes, { inputs: [2] })
  t.deepEqual(line().shapes, { inputs: [2], targets: [1] })
  const several = dataset({ inputs: { a: [[1, 2]], b: [3] }, targets: [[1, 2, 3]] })
  t.deepEqual(several.shapes, { inputs: { a: [2], b: [1] }, targets: [3] })
})

test('bad data are refused with a place', (t) => {
  throwsCode(
    t,
    'ERR_DATA',
    () =>
      dataset({
        inputs: [
          [1, 2],
          [3, Number.NaN],
        ],
        targets: [1, 2],
      }),
    /row 1, column 1/,
  )
  throwsCode(
    t,
    'ERR_DATA',
    () => dataset({ inputs: [[1]], labels: [0.5] }),
    /labels\[0\] must be a whole number or a text/,
  )
  throwsCode(t, 'ERR_DATA', () => dataset({ inputs: [[1], [2]], labels: [1, 'a'] as never }), /labels\[1\]/)
  throwsCode(
    t,
    'ERR_SHAPE',
    () => dataset({ inputs: [[1], [2]], targets: [1] }),
    /targets must have as many rows as input/,
  )
  throwsCode(t, 'ERR_DATA', () => dataset({ inputs: [], targets: [] }), /at least one row/)
  throwsCode(t, 'ERR_OPTION', () => dataset({ inputs: [[1]] } as never), /either targets or labels/)
  throwsCode(t, 'ERR_OPTION', () => dataset({ inputs: [[1]], targets: [1], labels: [1] } as never), /either/)
  throwsCode(t, 'ERR_OPTION', () => dataset({ inputs: [[1]], targets: [1], weight: [1] } as never), /weight/)
})

testProp('a split is a partition', [fc.double({ min: 0.1, max: 0.9, noNaN: true }), fc.nat(1000)], (t, share, seed) => {
  const data = clouds(60)
  const [rest, part] = data.split(share, { seed })
  t.is((rest?.size ?? 0) + (part?.size ?? 0), 60)
})

test('folds validate on every row once', (t) => {
  const data = line(10)
  const folds = data.kFold(3)
  t.is(folds.length, 3)
  t.is(
    folds.reduce((sum, fold) => sum + fold.validation.size, 0),
    10,
  )
  for (const fold of folds) t.is(fold.train.size + fold.validation.size, 10)
  throwsCode(t, 'ERR_OPTION', () => data.kFold(11), /at most the number of rows \(10\), received 11/)
  throwsCode(t, 'ERR_OPTION', () => data.kFold(1))
  throwsCode(t, 'ERR_OPTION', () => data.split(0.5, { stratify: true }), /stratify needs labels/)
  throwsCode(t, 'ERR_OPTION', () => data.split([0.9, 0.2]), /add up to at most 1/)
})

test('subset, take and concat', (t) => {
  const data = clouds(12)
  t.is(data.subset([3, 3, 1]).size, 3)
  t.is(data.subset(Int32Array.of(1)).size, 1)
  t.is(data.take(5).size, 5)
  t.is(data.take(50).size, 12)
  t.is(data.take(5).concat(data.subset([0, 1])).size, 7)
  throwsCode(t, 'ERR_DATA', () => data.subset([12]), /indices\[0\] must be an integer in \[0, 12\), received 12/)
  throwsCode(t, 'ERR_DATA', () => data.subset([]), /at least one row/)
  throwsCode(t, 'ERR_SHAPE', () => data.concat(line() as never), /concat: both must have/)
})

test('a view outlives its base; a closed set says so', (t) => {
  const data = clouds(12)
  const view = data.take(6)
  data.close()
  data.close()
  t.true(data.closed)
  throwsCode(t, 'ERR_CLOSED', () => data.take(1))
  t.is(view.take(2).size, 2)
  view[Symbol.dispose]()
  throwsCode(t, 'ERR_CLOSED', () => view.split(0.5))
})

test('arrays on shared memory and of every type are taken', (t) => {
  const shared = new Float32Array(new SharedArrayBuffer(16))
  t.is(dataset({ inputs: shared, targets: [1, 2, 3, 4] }).size, 4)
  for (const inputs of [new Float64Array(4), new Uint8Array(4), new Int32Array(4), new Uint32Array(4)]) {
    t.is(dataset({ inputs, targets: new Float64Array(4) }).size, 4)
  }
  throwsCode(t, 'ERR_DATA', () => dataset({ inputs: Int32Array.of(-1), targets: [1] }), /must not be negative/)
})
