/** Views and joins of data sets against lists of row numbers. */
import { fc, testProp } from '@fast-check/ava'
import { type Dataset, dataset, dense, fit, input, sequential } from '../../src/index.ts'

const ROWS = 12
const inputs = Array.from({ length: ROWS }, (_, row) => [Math.sin(row * 3), Math.cos(row * 5)])
const labels = Array.from({ length: ROWS }, (_, row) => ['x', 'y', 'z'][row % 3] as string)
const weights = Array.from({ length: ROWS }, (_, row) => 1 + (row % 4))

/** A data set of these rows of the table above. */
function rowsOf(rows: readonly number[]): Dataset<string> {
  const pick = <T>(list: readonly T[]): T[] => rows.map((row) => list[row] as T)
  return dataset({ inputs: pick(inputs), labels: pick(labels), weights: pick(weights), classes: ['x', 'y', 'z'] })
}

/** Weights after training in the order of the rows: other rows, or another order, give others. */
async function fingerprint(data: Dataset<string>): Promise<number[]> {
  const network = sequential([input({ shape: [2] }), dense(3)])
  const { model } = await fit(network, data, { loss: 'crossEntropy', epochs: 2, batchSize: 2, shuffle: false })
  const values = Object.values(model.weights()).flatMap(({ data: numbers }) => [...numbers])
  model.close()
  return values
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('take' as const), n: fc.integer({ min: 1, max: 15 }) }),
  fc.record({ kind: fc.constant('subset' as const), draws: fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }) }),
  fc.record({ kind: fc.constant('concat' as const), draws: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant('split' as const), cut: fc.double({ min: 0.3, max: 0.7, noNaN: true }) }),
)

testProp(
  'take, subset, concat and ordered splits in any sequence are what they are of lists',
  [fc.array(step, { maxLength: 6 })],
  async (t, steps) => {
    let rows = Array.from({ length: ROWS }, (_, row) => row)
    let data = rowsOf(rows)
    for (const part of steps) {
      const before = data
      if (part.kind === 'take') {
        data = data.take(part.n)
        rows = rows.slice(0, part.n)
      } else if (part.kind === 'subset') {
        const indices = part.draws.map((draw) => draw % rows.length)
        data = data.subset(indices)
        rows = indices.map((index) => rows[index] as number)
      } else if (part.kind === 'concat') {
        const more = part.draws.map((draw) => draw % ROWS)
        data = data.concat(rowsOf(more))
        rows = [...rows, ...more]
      } else if (rows.length > 3) {
        const [first] = data.split([part.cut, 1 - part.cut], { shuffle: false, stratify: false })
        data = first as Dataset<string>
        rows = rows.slice(0, Math.round(part.cut * rows.length))
      }
      if (before !== data) before.close()
    }
    t.is(data.size, rows.length)
    t.deepEqual(data.classes, ['x', 'y', 'z'])
    t.deepEqual(await fingerprint(data), await fingerprint(rowsOf(rows)))
  },
  { numRuns: 60 },
)

testProp(
  'parts and folds that are decided late are those of a whole that was closed',
  [fc.nat(10_000), fc.integer({ min: 2, max: 4 }), fc.boolean()],
  async (t, seed, k, first) => {
    const whole = rowsOf([...Array(ROWS).keys()])
    const folds = whole.kFold(k, { seed })
    const [train, test] = whole.split(0.25, { seed }) as [Dataset<string>, Dataset<string>]
    const [sameTrain, sameTest] = whole.split(0.25, { seed }) as [Dataset<string>, Dataset<string>]
    whole.close()
    t.deepEqual([train.size, test.size], [9, 3])
    // whichever part is read first, and whether the other is closed by then
    if (first) train.close()
    const one = await fingerprint(test)
    t.deepEqual(await fingerprint(sameTest), one)
    if (!first) t.deepEqual(await fingerprint(train), await fingerprint(sameTrain))
    for (const fold of folds) {
      const both = fold.train.concat(fold.validation)
      t.is(both.size, ROWS)
      const { model } = await fit(sequential([input({ shape: [2] }), dense(3)]), fold.validation, {
        loss: 'crossEntropy',
        epochs: 1,
      })
      t.deepEqual(model.classes, ['x', 'y', 'z'])
    }
  },
  { numRuns: 30 },
)
