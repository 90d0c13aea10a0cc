/** The readers that examples and tests share: every set has the rows, columns and classes that its README says. */
import test from 'ava'
import { parseIdx } from '../examples/data/idx.mjs'
import { breastCancer, diabetes, digits, iris, wine } from '../examples/data/load.mjs'

function counts(labels: Iterable<string | number>): Record<string, number> {
  const result: Record<string, number> = {}
  for (const label of labels) result[label] = (result[label] ?? 0) + 1
  return result
}

for (const [name, load, shape, expected] of [
  ['iris', iris, [150, 4], { setosa: 50, versicolor: 50, virginica: 50 }],
  ['wine', wine, [178, 13], { class_0: 59, class_1: 71, class_2: 48 }],
  ['breast cancer', breastCancer, [569, 30], { malignant: 212, benign: 357 }],
] as const) {
  test(name, (t) => {
    const { inputs, labels } = load()
    t.deepEqual(inputs.shape, [...shape])
    t.is(inputs.data.length, shape[0] * shape[1])
    t.true(inputs.data.every(Number.isFinite))
    t.deepEqual(counts(labels), expected)
  })
}

test('digits are bytes from 0 to 16, 174 to 183 of each', (t) => {
  const { inputs, labels } = digits()
  t.deepEqual(inputs.shape, [1797, 64])
  t.true(inputs.data instanceof Uint8Array)
  t.is(
    inputs.data.reduce((highest, value) => Math.max(highest, value)),
    16,
  )
  const each = Object.values(counts(labels))
  t.is(each.length, 10)
  t.deepEqual([Math.min(...each), Math.max(...each)], [174, 183])
})

test('diabetes has a number for each patient', (t) => {
  const { inputs, targets } = diabetes()
  t.deepEqual(inputs.shape, [442, 10])
  t.deepEqual(targets.shape, [442, 1])
  t.true(inputs.data.every(Number.isFinite))
  t.deepEqual([Math.min(...targets.data), Math.max(...targets.data)], [25, 346])
})

test('IDX: header and length must agree', (t) => {
  const header = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]
  const { data, shape } = parseIdx(Buffer.from([...header, 1, 2, 3, 4, 5, 255]))
  t.deepEqual(shape, [2, 3])
  t.deepEqual(Array.from(data), [1, 2, 3, 4, 5, 255])
  t.throws(() => parseIdx(Buffer.from([...header, 1])), { message: /expected 6 bytes of data for \[2,3\], received 1/ })
  t.throws(() => parseIdx(Buffer.from([0, 0, 13, 1, 0, 0, 0, 0])), { message: /unsigned byte/ })
  t.throws(() => parseIdx(Buffer.alloc(0)), { message: /header/ })
})
