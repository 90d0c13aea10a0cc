import { testProp } from '@fast-check/ava'
import test from 'ava'
import { array, choice, createStudy, float, int, narrow, ordinal, random, searchSpace } from '../../src/index.ts'
import { differences } from '../../src/search/space/compare.ts'
import { spacePlan } from '../../src/search/space/searchSpace.ts'
import { throwsCode } from '../helpers.ts'
import { spaces } from './spaces.ts'

const whole = () =>
  searchSpace({
    x: float(0, 10),
    rate: float(1e-4, 1, { scale: 'log' }),
    units: int(0, 100, { step: 10 }),
    depth: ordinal([1, 2, 4, 8, 16]),
    kind: choice(['a', 'b', 'c']),
    rule: choice({ sgd: { momentum: float(0, 1) }, adam: {} }),
    widths: array(int(1, 9), { length: 2 }),
  })

test('a space is drawn around the best trials', async (t) => {
  await using study = await createStudy({ space: whole(), direction: 'maximize' })
  throwsCode(t, 'ERR_OPTION', () => narrow(study), /^narrow: the study must have a completed trial/)
  const add = (x: number, rate: number, units: number, depth: 1 | 2 | 4 | 8, kind: 'a' | 'c', momentum: number) =>
    study.enqueue({ x, rate, units, depth, kind, rule: { kind: 'sgd', momentum }, widths: [3, units / 20] })
  await add(4, 1e-3, 40, 4, 'c', 0.5)
  await add(6, 1e-2, 60, 4, 'a', 0.7)
  await add(9, 1, 100, 1, 'a', 0)
  await study.optimize((_, { number }) => 5 - number, { trials: 3 })
  const { x, rate, units, depth, kind, rule, widths } = narrow(study, { top: 2, factor: 0.25 }).config.parameters
  t.like(x, { low: 3.75, high: 6.25 })
  const close = (value: unknown, wanted: number) =>
    t.true(Math.abs((value as number) / wanted - 1) < 1e-12, String(value))
  close(rate?.low, 10 ** -3)
  close(rate?.high, 10 ** -2)
  t.like(units, { low: 30, high: 70, step: 10 })
  t.deepEqual(depth?.values, [2, 4, 8])
  t.deepEqual(kind?.values, ['a', 'c'])
  t.deepEqual(rule?.branches, { sgd: { momentum: { kind: 'float', low: 0.475, high: 0.725, scale: 'linear' } } })
  t.like(widths?.element, { low: 1, high: 4 })
  t.like(narrow(study, { top: 1, factor: 0.5 }).config.parameters.rate, { low: 1e-4 })
  close(narrow(study, { top: 1, factor: 0.5 }).config.parameters.rate?.high, 1e-2)
  t.deepEqual(narrow(study, { top: 3, factor: 1 }).config.parameters.x, {
    kind: 'float',
    low: 0,
    high: 10,
    scale: 'linear',
  })
  throwsCode(t, 'ERR_OPTION', () => narrow({} as never), /must be given a study/)
  throwsCode(t, 'ERR_OPTION', () => narrow(study, { factor: 0 }), /factor must be in \(0, 1\]/)
})

testProp(
  'it lies within the old space, and the best trials within it',
  [spaces],
  async (t, space) => {
    await using study = await createStudy({ space, direction: 'minimize', sampler: random() })
    await study.optimize((_, { number }) => (number * 7) % 5, { trials: 6 })
    const closer = narrow(study, { top: 2, factor: 0.3 })
    t.true(differences(closer.config, space.config).every(({ widening }) => widening))
    const best = study.trials.toSorted((a, b) => (a.value as number) - (b.value as number) || a.number - b.number)
    for (const { params } of best.slice(0, 2)) spacePlan('test', closer).encode('test', params)
  },
  { numRuns: 60 },
)

test('as many values as there are', async (t) => {
  const space = searchSpace({ list: array(float(0, 1), { length: 4096 }) })
  await using study = await createStudy({ space, direction: 'minimize', sampler: random() })
  await study.optimize((_, { number }) => number, { trials: 40 })
  const { list } = narrow(study, { top: 40 }).config.parameters
  t.true(((list?.element as { high: number } | undefined)?.high ?? 0) > 0.99)
})
