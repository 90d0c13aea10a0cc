/** Data sets of rows that come over time: the same as `dataset` makes of all of them, whatever the pieces. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { expectTypeOf } from 'expect-type'
import {
  type Dataset,
  DownslopeError,
  dataset,
  datasetFrom,
  dense,
  fit,
  input,
  type RowSource,
  sequential,
  tensor,
} from '../../src/index.ts'
import { rejectsCode } from '../helpers.ts'
import { turnsOf } from '../turns.ts'

/** What training makes of a data set: differs when any value, label, weight or the order of rows does. */
async function fingerprint(data: Dataset<string> | Dataset<number> | Dataset<never>): Promise<number[]> {
  const width = (data.shapes.inputs as readonly number[])[0] as number
  const units = data.classes?.length ?? (data.shapes.targets as readonly number[])[0] ?? 1
  const network = sequential([input({ shape: [width] }), dense(units)])
  const loss = data.classes === undefined ? 'meanSquaredError' : 'crossEntropy'
  const { model } = await fit<string>(network, data as Dataset<string>, { loss, epochs: 2, batchSize: 3 })
  return Object.values(model.weights()).flatMap(({ data: values }) => [...values])
}

async function* slowly<T>(items: Iterable<T>, every = 1): AsyncGenerator<T, void> {
  let count = 0
  for (const item of items) {
    if (count++ % every === 0) await sleep(1)
    yield item
  }
}

const number = fc.double({ min: -4, max: 4, noNaN: true })
const row = fc.record({
  inputs: fc.tuple(number, number, number),
  targets: number,
  labels: fc.constantFrom('b', 'a', 'c'),
})
const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })

/** Rows in blocks of these sizes, again and again. */
function blocks<T>(rows: readonly T[], sizes: readonly number[]): T[][] {
  const result: T[][] = []
  for (let from = 0, index = 0; from < rows.length; index++) {
    const size = sizes[index % sizes.length] as number
    result.push(rows.slice(from, from + size))
    from += size
  }
  return result
}

testProp(
  'rows, arrays of rows, nested blocks and typed blocks make the same set as dataset',
  [fc.array(row, { minLength: 2, maxLength: 20 }), cuts, fc.boolean()],
  async (t, rows, sizes, weighted) => {
    const weight = (index: number): object => (weighted ? { weights: index + 1 } : {})
    const inputs = rows.map((one) => [...one.inputs])
    const targets = rows.map((one) => one.targets)
    const labels = rows.map((one) => one.labels)
    const weights = weighted ? { weights: rows.map((_, index) => index + 1) } : {}
    const parts = blocks([...rows.keys()], sizes)
    const flat = (part: number[], type: Float32ArrayConstructor | Float64ArrayConstructor) =>
      tensor(type.from(part.flatMap((index) => inputs[index] ?? [])), [part.length, 3])
    const pick = <T>(list: T[], part: number[]): T[] => part.map((index) => list[index] as T)
    const given = (part: number[]): object =>
      weighted
        ? {
            weights: pick(
              rows.map((_, index) => index + 1),
              part,
            ),
          }
        : {}

    const expected = await fingerprint(dataset({ inputs, targets, ...weights }))
    const numbers: RowSource<{ inputs: never; targets: never }>[] = [
      rows.map((one, index) => ({ inputs: one.inputs, targets: one.targets, ...weight(index) })) as never,
      parts.map((part) =>
        part.map((index) => ({ inputs: inputs[index], targets: targets[index], ...weight(index) })),
      ) as never,
      parts.map((part) => ({ inputs: pick(inputs, part), targets: pick(targets, part), ...given(part) })) as never,
      slowly(
        parts.map((part) => ({
          inputs: flat(part, Float32Array),
          targets: Float64Array.from(pick(targets, part)),
          ...given(part),
        })),
      ) as never,
    ]
    for (const source of numbers) t.deepEqual(await fingerprint(await datasetFrom(source)), expected)

    const whole = dataset({ inputs, labels, ...weights })
    const classes = await fingerprint(whole)
    for (const source of [
      rows.map((one, index) => ({ inputs: Float64Array.from(one.inputs), labels: one.labels, ...weight(index) })),
      slowly(parts.map((part) => ({ inputs: flat(part, Float64Array), labels: pick(labels, part), ...given(part) }))),
    ]) {
      const data = await datasetFrom(source as RowSource<{ inputs: never; labels: string }>)
      t.deepEqual(data.classes, whole.classes)
      t.deepEqual(await fingerprint(data), classes)
    }
  },
  { numRuns: 15 },
)

test('types and shapes follow the first row', async (t) => {
  const numbers = await datasetFrom([{ inputs: [1, 2], targets: 3 }])
  expectTypeOf(numbers).toEqualTypeOf<Dataset<never>>()
  t.deepEqual(numbers.shapes, { inputs: [2], targets: [1] })
  const texts = await datasetFrom([{ inputs: [1], labels: 'a' }])
  expectTypeOf(texts).toEqualTypeOf<Dataset<string>>()
  const whole = await datasetFrom([{ inputs: [[1], [2]], labels: Uint8Array.of(3, 1) }])
  expectTypeOf(whole).toEqualTypeOf<Dataset<number>>()
  t.deepEqual(whole.classes, [1, 3])
  const several = await datasetFrom([
    { inputs: { a: [1, 2], b: Uint8Array.of(1) }, labels: { kind: 'x', size: 2 }, targets: { price: 1 } },
    { inputs: { b: Uint8Array.of(2), a: [3, 4] }, labels: { kind: 'w', size: 1 }, targets: { price: 2 } },
  ])
  expectTypeOf(several.classes.kind).toEqualTypeOf<readonly string[]>()
  t.deepEqual(several.shapes, { inputs: { a: [2], b: [1] }, targets: { price: [1] } })
  t.deepEqual(several.classes, { kind: ['w', 'x'], size: [1, 2] })
  const images = await datasetFrom([{ inputs: tensor(new Uint8Array(24), [2, 3, 4]), labels: [0, 1] }])
  t.deepEqual(images.shapes, { inputs: [3, 4] })
  // an image of a row, the same shape
  t.is((await datasetFrom([{ inputs: tensor(new Uint8Array(12), [3, 4]), labels: 0 }])).size, 1)
  t.is((await datasetFrom([{ inputs: 1, targets: 2 }])).size, 1)
  t.is(
    (
      await datasetFrom([
        { inputs: [], targets: [] },
        { inputs: [1, 2], targets: [1, 2] },
        { inputs: [], targets: [] },
      ])
    ).size,
    2,
  )
})

test('classes can be given, and are sorted otherwise', async (t) => {
  const rows = [
    { inputs: [1], labels: 'b' },
    { inputs: [2], labels: 'a' },
  ]
  t.deepEqual((await datasetFrom(rows, { classes: ['b', 'a', 'z'] })).classes, ['b', 'a', 'z'])
  await rejectsCode(
    t,
    'ERR_DATA',
    () => datasetFrom(rows, { classes: ['b'] }),
    /row 1: labels must be one of the classes/,
  )
  await rejectsCode(t, 'ERR_DATA', () => datasetFrom(rows, { classes: ['b', 'b'] }), /different/)
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => datasetFrom([{ inputs: [1], targets: 1 }], { classes: ['b'] } as never),
    /classes/,
  )
  const negative = await datasetFrom([{ inputs: [[1], [2], [3]], labels: Int16Array.of(5, -5, 0) }])
  t.deepEqual(negative.classes, [-5, 0, 5])
})

test('what is wrong is named with its row, and the source is told to end', async (t) => {
  const good = { inputs: [1, 2], targets: 1 }
  const refused = async (
    code: 'ERR_DATA' | 'ERR_OPTION' | 'ERR_SHAPE',
    items: unknown[],
    message: RegExp,
  ): Promise<void> => {
    let returned = 0
    async function* source(): AsyncGenerator<unknown, void> {
      try {
        yield* items
        yield* Array.from({ length: 5 }, () => items[0])
      } finally {
        returned += 1
      }
    }
    await rejectsCode(t, code, () => datasetFrom(source() as never), message)
    t.is(returned, 1)
  }
  await refused(
    'ERR_SHAPE',
    [good, good, { inputs: [1], targets: 1 }],
    /row 2: inputs must have shape \[2\] .* array of 1/,
  )
  await refused('ERR_SHAPE', [good, { inputs: Float32Array.of(1), targets: 1 }], /row 1: inputs must have shape \[2\]/)
  await refused('ERR_DATA', [good, { inputs: [1, 'x'], targets: 1 }], /row 1: inputs must be numbers, received "x"/)
  await refused('ERR_DATA', [good, { inputs: [1, Number.NaN], targets: 1 }], /row 1, column 1 must be finite/)
  await refused('ERR_DATA', [good, { inputs: Float64Array.of(1, 1e300), targets: 1 }], /row 1, column 1 must be finite/)
  await refused('ERR_DATA', [good, null], /row 1: a row must be an object, received null/)
  await refused('ERR_OPTION', [good, { ...good, target: 1 }], /row 1: options must be one of/)
  await refused('ERR_OPTION', [good, { inputs: [1, 2] }], /row 1: either targets or labels/)
  await refused(
    'ERR_OPTION',
    [good, { inputs: [1, 2], labels: 'a' }],
    /row 1: .*like in the first row|must have what the/,
  )
  await refused('ERR_OPTION', [good, { ...good, weights: 1 }], /row 1: rows must have what the first row has.*weights/)
  await refused(
    'ERR_SHAPE',
    [{ inputs: [[1], [2]], targets: [1] }],
    /row 0: targets must have as many rows as inputs \(2\)/,
  )
  await refused(
    'ERR_DATA',
    [
      { inputs: [1], labels: 1 },
      { inputs: [1], labels: 'a' },
    ],
    /row 1: labels must be a number/,
  )
  await refused(
    'ERR_DATA',
    [
      { inputs: Uint8Array.of(1), labels: 1 },
      { inputs: [1], labels: 1 },
    ],
    /row 1: inputs must be bytes/,
  )
  await refused(
    'ERR_DATA',
    [
      { inputs: Int32Array.of(1), labels: 1 },
      { inputs: Int32Array.of(-1), labels: 1 },
    ],
    /row 1/,
  )
  await refused('ERR_DATA', [{ inputs: [1], targets: 1, weights: -1 }], /row 0 must not be negative/)
})

test('a source that gives nothing, fails or is none', async (t) => {
  await rejectsCode(t, 'ERR_DATA', () => datasetFrom([]), /at least one row, received none/)
  for (const source of [undefined, null, 1, {}, 'rows', () => [], { [Symbol.iterator]: 1 }]) {
    await rejectsCode(t, 'ERR_DATA', () => datasetFrom(source as never), /source must be an iterable/)
  }
  await rejectsCode(
    t,
    'ERR_DATA',
    () => datasetFrom({ [Symbol.iterator]: () => ({ next: () => 1 }) } as never),
    /must give objects/,
  )
  const boom = new Error('boom')
  async function* failing(): AsyncGenerator<{ inputs: number[]; targets: number }, void> {
    yield { inputs: [1], targets: 1 }
    await turn()
    throw boom
  }
  const error = await rejectsCode(t, 'ERR_DATA', () => datasetFrom(failing()), /failed after 1 rows: Error: boom/)
  t.is(error.cause, boom)
  const hidden = {
    get inputs(): number[] {
      throw boom
    },
    targets: 1,
  }
  t.is((await rejectsCode(t, 'ERR_OPTION', () => datasetFrom([hidden]))).cause, boom)
})

test('abort rejects with the reason at once, though the source hangs', async (t) => {
  const reason = new Error('enough')
  const controller = new AbortController()
  async function* hanging(): AsyncGenerator<{ inputs: number[]; targets: number }, void> {
    yield { inputs: [1], targets: 1 }
    await new Promise(() => {})
  }
  const pending = datasetFrom(hanging(), { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 5)
  t.is(await t.throwsAsync(pending), reason)
  t.is(await t.throwsAsync(datasetFrom([{ inputs: [1], targets: 1 }], { signal: AbortSignal.abort(reason) })), reason)
  let returned = false
  function* endless(): Generator<{ inputs: number[]; targets: number }, void> {
    try {
      for (;;) yield { inputs: [1], targets: 1 }
    } finally {
      returned = true
    }
  }
  const second = new AbortController()
  setTimeout(() => second.abort(reason), 20)
  t.is(await t.throwsAsync(datasetFrom(endless(), { signal: second.signal })), reason)
  t.true(returned)
})

test('the event loop turns while a synchronous source is read', async (t) => {
  function* many(): Generator<{ inputs: number[]; targets: number }, void> {
    for (let index = 0; index < 100_000; index++) {
      // a tenth of a second at least, on any machine
      if (index % 1000 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
      yield { inputs: [index, 1], targets: index }
    }
  }
  const { value: data, turns } = await turnsOf(() => datasetFrom(many()))
  t.is(data.size, 100_000)
  t.true(turns >= 5, `${turns} turns`)
  const block = { inputs: new Float32Array(2_000_000), targets: new Float64Array(2_000_000) }
  t.is((await datasetFrom([block, block])).size, 4_000_000)
})

testProp('hostile items give a set or a coded error', [fc.array(fc.anything(), { maxLength: 4 })], async (t, items) => {
  const shapes = [
    items,
    items.map((value) => ({ inputs: value, targets: value })),
    items.map((value) => ({ inputs: [1], labels: value })),
  ]
  for (const source of shapes) {
    try {
      t.true((await datasetFrom(source as never)) !== undefined)
    } catch (error) {
      t.true(error instanceof DownslopeError && error.code !== 'ERR_INTERNAL', String(error))
    }
  }
})
