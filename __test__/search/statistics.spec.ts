import { readFileSync } from 'node:fs'
import test from 'ava'
import { derivedSeed } from '../../src/search/seeds.ts'
import { deviationOf, meanOf } from '../../src/search/statistics/moments.ts'
import { pairedDifference } from '../../src/search/statistics/paired.ts'
import { studentQuantile, studentTail } from '../../src/search/statistics/studentT.ts'

interface Golden {
  readonly quantiles: readonly { readonly level: number; readonly freedom: number; readonly t: number }[]
  readonly tails: readonly { readonly t: number; readonly freedom: number; readonly p: number }[]
  readonly paired: readonly {
    readonly first: number[]
    readonly second: number[]
    readonly ratio: number
    readonly level: number
    readonly mean: number
    readonly deviation: number
    readonly interval: readonly [number, number]
    readonly p: number
  }[]
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/validation.json', import.meta.url), 'utf8'),
) as unknown as Golden

const near = (value: number, expected: number, tolerance: number): boolean =>
  Math.abs(value - expected) <= tolerance * Math.max(Math.abs(expected), 1e-3)

test("quantiles of Student's t as in SciPy", (t) => {
  for (const { level, freedom, t: expected } of golden.quantiles) {
    const value = studentQuantile(level, freedom)
    t.true(near(value, expected, 1e-9), `${level} ${freedom}: ${value}, expected ${expected}`)
  }
})

test("tails of Student's t as in SciPy", (t) => {
  for (const { t: at, freedom, p } of golden.tails) {
    const value = studentTail(at, freedom)
    t.true(near(value, p, 1e-9), `${at} ${freedom}: ${value}, expected ${p}`)
  }
  t.is(studentTail(Number.POSITIVE_INFINITY, 3), 0)
})

test('paired differences with the correction of Nadeau and Bengio', (t) => {
  for (const { first, second, ratio, level, ...expected } of golden.paired) {
    const found = pairedDifference(first, second, ratio, level)
    t.true(near(found.mean, expected.mean, 1e-9))
    t.true(near(found.deviation, expected.deviation, 1e-9))
    t.true(near(found.interval[0], expected.interval[0], 1e-9), `${found.interval}`)
    t.true(near(found.interval[1], expected.interval[1], 1e-9))
    t.true(near(found.p, expected.p, 1e-8), `${found.p}, expected ${expected.p}`)
  }
})

test('one fold says nothing, equal folds everything', (t) => {
  const one = pairedDifference([0.9], [0.8], 0.25, 0.95)
  t.deepEqual(one.interval, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  t.is(one.p, 1)
  t.is(pairedDifference([0.5, 0.5], [0.5, 0.5], 0.25, 0.95).p, 1)
  const always = pairedDifference([2, 2], [1, 1], 0.25, 0.95)
  t.deepEqual([always.interval[0], always.interval[1], always.p], [1, 1, 0])
  t.true(Number.isNaN(pairedDifference([Number.NaN, 1], [1, 1], 0.25, 0.95).p))
})

test('moments', (t) => {
  t.is(meanOf([1, 2, 6]), 3)
  t.is(deviationOf([1, 2, 6]), Math.sqrt(7))
  t.true(Number.isNaN(deviationOf([1])))
})

test('derived seeds are whole, differ, and are pinned', (t) => {
  const seeds = new Set<number>()
  for (let seed = 0; seed < 50; seed++) {
    for (let part = 0; part < 50; part++) seeds.add(derivedSeed(seed, [part]))
  }
  t.is(seeds.size, 2500)
  for (const seed of seeds) t.true(Number.isSafeInteger(seed) && seed >= 0)
  t.is(derivedSeed(7, []), 7)
  t.not(derivedSeed(1, [2, 3]), derivedSeed(1, [3, 2]))
  t.is(derivedSeed(1, [2]), 6644604159053408)
})
