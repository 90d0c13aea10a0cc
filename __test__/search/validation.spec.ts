import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  crossValidate,
  type Dataset,
  dataset,
  dense,
  groupKFold,
  holdout,
  input,
  kFold,
  repeated,
  sequential,
  timeSeriesSplit,
  type ValidationOption,
} from '../../src/index.ts'
import { closeFolds } from '../../src/search/folds.ts'
import { validationPlan } from '../../src/search/validation/validation.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'
import { turnsOf } from '../turns.ts'
import { foldsOf, labelledRows, numbered, placesOf, rowsOf } from './rows.ts'

interface Pair {
  readonly train: number[]
  readonly validation: number[]
}

interface Golden {
  readonly groups: readonly { readonly groups: number[]; readonly k: number; readonly folds: readonly Pair[] }[]
  readonly series: readonly {
    readonly rows: number
    readonly options: {
      readonly n_splits: number
      readonly gap?: number
      readonly test_size?: number
      readonly max_train_size?: number
    }
    readonly folds: readonly Pair[]
  }[]
  readonly kFold: readonly { readonly rows: number; readonly k: number; readonly folds: readonly Pair[] }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/validation.json', import.meta.url), 'utf8'),
) as unknown as Golden

test('group folds as in scikit-learn', async (t) => {
  for (const { groups, k, folds } of golden.groups) {
    t.deepEqual(await foldsOf(groupKFold(groups, k), numbered(groups.length)), [...folds])
  }
})

test('time series as in scikit-learn', async (t) => {
  for (const { rows, options, folds } of golden.series) {
    const { n_splits, gap, test_size: testSize, max_train_size: maxTrainSize } = options
    const rule = timeSeriesSplit(n_splits, {
      ...(gap === undefined ? {} : { gap }),
      ...(testSize === undefined ? {} : { testSize }),
      ...(maxTrainSize === undefined ? {} : { maxTrainSize }),
    })
    t.deepEqual(await foldsOf(rule, numbered(rows)), [...folds])
  }
})

test('folds in order as in scikit-learn', async (t) => {
  for (const { rows, k, folds } of golden.kFold) {
    t.deepEqual(await foldsOf(kFold(k, { shuffle: false }), numbered(rows)), [...folds])
  }
})

test('kFold and holdout give the rows of Dataset.kFold and Dataset.split', async (t) => {
  const data = numbered(41)
  const expected = []
  for (const { train, validation } of data.kFold(4, { seed: 3 })) {
    expected.push({ train: await rowsOf(train), validation: await rowsOf(validation) })
  }
  t.deepEqual(await foldsOf(kFold(4), data, { seed: 3 }), expected)
  t.deepEqual(await foldsOf(kFold(4, { seed: 3 }), data, { seed: 9 }), expected)
  const [train, validation] = data.split(0.3, { seed: 5 })
  t.deepEqual(await foldsOf(holdout(0.3), data, { seed: 5 }), [
    { train: await rowsOf(train), validation: await rowsOf(validation) },
  ])
})

test('with labels folds are stratified, and rare classes are in as many folds as they have rows', async (t) => {
  const labels = Array.from({ length: 60 }, (_, row) => (row < 2 ? 'rare' : row % 3 === 0 ? 'a' : 'b'))
  const data = labelledRows(labels)
  const count = (places: number[], label: string): number => places.filter((row) => labels[row] === label).length
  const folds = await placesOf(kFold(4), data)
  for (const label of ['a', 'b', 'rare']) {
    const counts = folds.map((places) => count(places, label))
    t.true(Math.max(...counts) - Math.min(...counts) <= 1, `${label}: ${counts}`)
  }
  const plain = await placesOf(kFold(4, { stratify: false }), data)
  t.notDeepEqual(plain, folds)
  const [held = []] = await placesOf(holdout(0.25), data)
  t.is(held.length, 15)
  t.is(count(held, 'b'), 10)
})

test('another seed or draw gives other rows, the same one the same', async (t) => {
  const data = labelledRows(Array.from({ length: 50 }, (_, row) => (row % 2 ? 'a' : 'b')))
  for (const rule of [kFold(5), holdout(0.2), repeated(kFold(5), 2)]) {
    const folds = await placesOf(rule, data)
    t.deepEqual(await placesOf(rule, data), folds)
    t.notDeepEqual(await placesOf(rule, data, { seed: 1 }), folds)
    t.notDeepEqual(await placesOf(rule, data, { path: [0] }), folds)
    t.notDeepEqual(await placesOf(rule, data, { path: [1] }), await placesOf(rule, data, { path: [0] }))
  }
})

test('repeated draws other folds each time; the first round is the rule alone', async (t) => {
  const data = labelledRows(Array.from({ length: 40 }, (_, row) => (row % 2 ? 'a' : 'b')))
  const folds = await placesOf(repeated(kFold(4), 3), data)
  t.is(folds.length, 12)
  t.deepEqual(folds.slice(0, 4), await placesOf(kFold(4), data))
  for (const round of [0, 4, 8]) {
    t.deepEqual(
      folds
        .slice(round, round + 4)
        .flat()
        .sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, row) => row),
    )
  }
  t.notDeepEqual(folds.slice(4, 8), folds.slice(0, 4))
  t.notDeepEqual(folds.slice(8), folds.slice(4, 8))
})

test('groups may be texts, and are copied', async (t) => {
  const groups = ['ann', 'ben', 'ann', 'eve', 'ben', 'eve', 'eve']
  const rule = groupKFold(groups, 3)
  const config = { ...rule.config }
  groups.fill('ann')
  t.deepEqual(await foldsOf(rule, numbered(7)), await foldsOf(groupKFold([0, 1, 0, 2, 1, 2, 2], 3), numbered(7)))
  t.is(rule.config.groups, 3)
  t.notDeepEqual(groupKFold([0, 1, 0, 2, 1, 2, 1], 3).config, config)
  t.deepEqual(groupKFold(Uint8Array.of(0, 1, 0, 2, 1, 2, 2), 3).config, config)
})

test('rules are frozen and have a JSON form', (t) => {
  t.deepEqual(kFold(5).config, { kind: 'kFold', k: 5, shuffle: true })
  t.deepEqual(kFold(5, { seed: 1, stratify: false }).config, {
    kind: 'kFold',
    k: 5,
    stratify: false,
    shuffle: true,
    seed: 1,
  })
  t.deepEqual(holdout(0.2).config, { kind: 'holdout', fraction: 0.2, shuffle: true })
  t.deepEqual(timeSeriesSplit(3, { gap: 1 }).config, { kind: 'timeSeriesSplit', k: 3, gap: 1 })
  const rule = repeated(kFold(5), 3)
  t.deepEqual(rule.config, { kind: 'repeated', rule: kFold(5).config, times: 3 })
  t.true(Object.isFrozen(rule) && Object.isFrozen(rule.config) && Object.isFrozen(rule.config.rule))
})

test('options are checked where the rule is made', (t) => {
  throwsCode(t, 'ERR_OPTION', () => kFold(1), /kFold: k must be an integer ≥ 2, received 1/)
  throwsCode(t, 'ERR_OPTION', () => kFold(5, { shufle: true } as never), /shufle/)
  throwsCode(t, 'ERR_OPTION', () => holdout(1), /holdout: fraction must be in \(0, 1\), received 1/)
  throwsCode(t, 'ERR_OPTION', () => timeSeriesSplit(3, { gap: -1 }), /gap must be an integer ≥ 0/)
  throwsCode(t, 'ERR_OPTION', () => timeSeriesSplit(3, { testSize: 0 }), /testSize must be an integer ≥ 1/)
  throwsCode(t, 'ERR_OPTION', () => groupKFold([1, 2, 1], 3), /at most the number of groups \(2\), received 3/)
  throwsCode(t, 'ERR_DATA', () => groupKFold([1, 2.5, 1], 2), /groups\[1\]/)
  throwsCode(t, 'ERR_OPTION', () => repeated(kFold(5), 0), /times must be an integer ≥ 1/)
  throwsCode(t, 'ERR_OPTION', () => repeated(timeSeriesSplit(5), 2), /must draw rows at random/)
  throwsCode(t, 'ERR_OPTION', () => repeated(kFold(5, { shuffle: false }), 2), /must draw rows at random/)
  throwsCode(t, 'ERR_OPTION', () => repeated(repeated(kFold(5), 2), 2), /made by kFold or holdout/)
})

test('rows that do not allow a rule are a clear error', async (t) => {
  const network = sequential([input({ shape: [1] }), dense(2)])
  const few = labelledRows(['a', 'b', 'a', 'b', 'a', 'b'])
  const validate = (data: Dataset<string>, validation: ValidationOption<string>) => () =>
    crossValidate(data, { build: () => ({ network, loss: 'crossEntropy', epochs: 1 }), validation })
  await rejectsCode(t, 'ERR_OPTION', validate(few, kFold(7)), /kFold: k must be at most the number of rows \(6\)/)
  await rejectsCode(t, 'ERR_DATA', validate(few, kFold(4, { stratify: true })), /4 rows of each class.*3 of class "a"/)
  await rejectsCode(t, 'ERR_DATA', validate(few, holdout(0.01)), /would be empty/)
  await rejectsCode(t, 'ERR_SHAPE', validate(few, groupKFold([1, 2, 3], 2)), /each of the 6 rows, received 3/)
  await rejectsCode(t, 'ERR_DATA', validate(few, timeSeriesSplit(6)), /need at least 7 rows, received 6/)
  await rejectsCode(t, 'ERR_DATA', validate(few, timeSeriesSplit(2, { gap: 4 })), /need at least 9 rows, received 6/)
  await rejectsCode(
    t,
    'ERR_OPTION',
    validate(few, repeated(kFold(2), 1e9)),
    /times must be such that there are at most/,
  )
  await rejectsCode(t, 'ERR_OPTION', validate(few, 5 as never), /validation must be a data set or made by groupKFold/)
  const regression = dataset({ inputs: [[1], [2], [3]], targets: [1, 2, 3] })
  const stratify = crossValidate(regression, {
    build: () => ({ network: sequential([input({ shape: [1] }), dense(1)]), loss: 'meanSquaredError' }),
    validation: kFold(2, { stratify: true }),
  })
  await rejectsCode(t, 'ERR_OPTION', () => stratify, /stratify needs labels/)
})

test('drawing folds of two million rows leaves the event loop alone', async (t) => {
  const rows = 2_000_000
  const data = dataset({ inputs: new Uint8Array(rows), labels: new Uint8Array(rows).map((_, row) => row % 7) })
  const groups = groupKFold(
    new Uint16Array(rows).map((_, row) => (row * 31) % 5000),
    5,
  )
  for (const rule of [kFold(5), holdout(0.2), groups, timeSeriesSplit(5), repeated(kFold(2), 2)]) {
    const draw = async () => validationPlan(rule)?.draw('test', data as Dataset, { seed: 0, path: [] })
    const { value, turns } = await turnsOf(draw)
    closeFolds(value ?? [])
    // drawn on this thread it would be one; it is many thousand
    t.true(turns >= 20, `${rule.kind}: ${turns} turns`)
  }
})
