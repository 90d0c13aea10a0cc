/** What holds for every sampler, by being registered. */

import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { createStudy, float, int, memory, openStudy, searchSpace } from '../../src/index.ts'
import * as all from '../../src/search/samplers/all.ts'
import { readSampler, type Sampler, samplerFrom, samplerPlanOf } from '../../src/search/samplers/index.ts'
import type { FinishedPoint, SamplerStart, Suggester } from '../../src/search/samplers/sampler.ts'
import type { FlatSpace, Point } from '../../src/search/space/flat.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'
import { turnsOf } from '../turns.ts'

const finite: FlatSpace = {
  dimensions: [
    { name: 'kind', kind: 'category', count: 2 },
    { name: 'kind.a.x', kind: 'int', low: 1, high: 4, log: true, step: 1, when: { parent: 0, low: 0, high: 0 } },
    { name: 'y', kind: 'ordinal', count: 3 },
  ],
}
const mixed: FlatSpace = {
  dimensions: [
    ...finite.dimensions,
    { name: 'rate', kind: 'float', low: 1e-4, high: 1, log: true },
    { name: 'share', kind: 'float', low: 0, high: 0.8, log: false, step: 0.1, when: { parent: 0, low: 1, high: 1 } },
  ],
}

/** Parameters as lists of coordinates, `null` where not active: enough of an encoder for `manual`. */
const encode = (_where: string, params: unknown): Point =>
  Float64Array.from((params as { at: (number | null)[] }).at, (value) => value ?? Number.NaN)

const startOf = (space: FlatSpace, seed = 1): SamplerStart => ({ space, seed, directions: ['maximize'], encode })
const listOf = (space: FlatSpace): { at: (number | null)[] }[] =>
  Array.from({ length: 9 }, (_, index) => ({
    at: [1, null, index % 3, 0.01 * (index + 1), 0.5].slice(0, space.dimensions.length),
  }))

/** Each sampler with options that the space allows. */
const makers: [string, (space: FlatSpace) => Sampler][] = Object.entries(all).map(([kind, make]) => [
  kind,
  kind === 'manual' ? (space) => all.manual(listOf(space)) : () => (make as () => Sampler)(),
])

function started(sampler: Sampler, start: SamplerStart): Suggester {
  const plan = samplerPlanOf(sampler)
  if (plan === undefined) throw new Error(`${sampler.kind} has no plan`)
  return plan.start(start)
}

/** Values are a function of the point; every fifth trial is pruned, every seventh fails. */
function finish(number: number, point: Point): FinishedPoint {
  const value = -point.reduce((sum, x) => sum + (Number.isNaN(x) ? 0 : (x - 0.3) ** 2), 0)
  const status = number % 5 === 4 ? 'pruned' : number % 7 === 6 ? 'failed' : 'completed'
  const step = status === 'pruned' ? 3 : Number.NaN
  return { number, status, values: status === 'failed' ? [] : [value], violation: 0, step }
}

/** Runs up to `count` trials, each told at once. */
async function run(suggester: Suggester, count: number): Promise<Point[]> {
  const points: Point[] = []
  for (let number = 0; number < count; number++) {
    const last = points.slice(-1)
    const told = last.map((point) => finish(number - 1, point))
    const point = await suggester.suggest(last, told)
    if (point === undefined) break
    points.push(point)
  }
  return points
}

const isActive = (space: FlatSpace, point: Point, index: number): boolean => {
  const when = space.dimensions[index]?.when
  const parent = when && (point[when.parent] ?? Number.NaN)
  return when === undefined || parent === undefined || (parent >= when.low && parent <= when.high)
}

for (const [kind, make] of makers) {
  test(`${kind}: stays in its space, branches included, and repeats`, async (t) => {
    const first = started(make(mixed), startOf(mixed))
    const points = await run(first, 40)
    first.close()
    t.true(points.length >= 9)
    for (const point of points) {
      for (const [index, dimension] of mixed.dimensions.entries()) {
        const value = point[index] ?? Number.NaN
        const [low, high] = 'count' in dimension ? [0, dimension.count - 1] : [dimension.low, dimension.high]
        t.is(value >= low && value <= high, isActive(mixed, point, index), `${dimension.name}: ${value}`)
        if ('count' in dimension || dimension.kind === 'int') t.true(Number.isNaN(value) || Number.isInteger(value))
      }
    }
    const second = started(make(mixed), startOf(mixed))
    t.deepEqual(await run(second, 40), points)
    // a sampler that starts in the middle, as after a restart, goes on as the one that was there from the start
    const late = started(make(mixed), startOf(mixed))
    const half = points.slice(0, -1)
    t.deepEqual(
      await late.suggest(
        half,
        half.map((point, number) => finish(number, point)),
      ),
      points.at(-1),
    )
    second.close()
    late.close()
  })

  test(`${kind}: ends when every combination was suggested once`, async (t) => {
    const suggester = started(make(finite), startOf(finite))
    const points = await run(suggester, 100)
    t.is(points.length, kind === 'manual' ? 9 : 15)
    const distinct = new Set(points.map(String))
    t.is(distinct.size, kind === 'manual' ? 3 : 15)
    t.is(await suggester.suggest(points.slice(-1), []), undefined)
    suggester.close()
  })

  test(`${kind}: its config makes it again`, async (t) => {
    const sampler = make(mixed)
    t.is(sampler.kind, sampler.config.kind)
    t.true(Object.isFrozen(sampler) && Object.isFrozen(sampler.config))
    const again = samplerFrom('openStudy', JSON.parse(JSON.stringify(sampler.config)))
    t.deepEqual(again.config, sampler.config)
    const [a, b] = [started(sampler, startOf(mixed)), started(again, startOf(mixed))]
    t.deepEqual(await run(a, 12), await run(b, 12))
    a.close()
    b.close()
  })

  test(`${kind}: after close there are no suggestions`, async (t) => {
    const sampler = make(mixed)
    const suggester = started(sampler, startOf(mixed))
    t.is((await suggester.suggest([], []))?.length, mixed.dimensions.length)
    suggester.close()
    suggester.close()
    await rejectsCode(t, 'ERR_CLOSED', () => suggester.suggest([], []))
    const early = started(sampler, startOf(mixed))
    const pending = early.suggest([], [])
    early.close()
    await rejectsCode(t, 'ERR_CLOSED', () => pending)
  })

  test(`${kind}: unknown options are refused`, (t) => {
    const refused = () => (all as Record<string, (options: object) => Sampler>)[kind]?.({ colour: 'red' })
    throwsCode(t, 'ERR_OPTION', refused, new RegExp(`^${kind}: options must be`))
  })
}

test('the event loop turns while many trials are handed over', async (t) => {
  const suggester = started(all.random(), startOf(mixed))
  const seen: number[] = []
  const point = Float64Array.of(1, Number.NaN, 0, 0.01, 0.5)
  const { value } = await turnsOf((turns) => {
    const trials = Array.from({ length: 40 }, (_, number) => ({
      number,
      status: 'completed' as const,
      values: [number],
      violation: 0,
      get step(): number {
        // longer than the event loop may be held
        for (const end = performance.now() + 2; performance.now() < end; );
        seen.push(turns())
        return Number.NaN
      },
    }))
    return suggester.suggest(
      trials.map(() => point),
      trials,
    )
  })
  t.truthy(value)
  t.is(new Set(seen).size, 40)
  suggester.close()
})

test('a sampler is one that a factory made', (t) => {
  const sampler = all.random()
  t.is(readSampler('createStudy', sampler).sampler, sampler)
  throwsCode(
    t,
    'ERR_OPTION',
    () => readSampler('createStudy', { ...sampler }),
    /createStudy: sampler must be made by one of .*random/,
  )
  throwsCode(t, 'ERR_OPTION', () => readSampler('createStudy', 'random'), /received "random"/)
  throwsCode(t, 'ERR_OPTION', () => samplerFrom('openStudy', { kind: 'toString' }), /openStudy: sampler must be one of/)
})

testProp(
  'grid: evenly spaced values of continuous parameters, others by name',
  [fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 })],
  async (t, rate, x) => {
    const suggester = started(all.grid({ resolution: { rate, 'kind.a.x': x } }), startOf(mixed))
    const points = await run(suggester, 1000)
    suggester.close()
    t.is(points.length, rate * 3 * (Math.min(x, 4) + 9))
    t.is(new Set(points.map((point) => point[3])).size, rate)
  },
  { numRuns: 10 },
)

test('grid: what cannot be a resolution is refused', (t) => {
  for (const resolution of [0, 1.5, -1, '3', null, [3], 1e9, { x: 0 }, { x: undefined }]) {
    throwsCode(t, 'ERR_OPTION', () => all.grid({ resolution } as never), /^grid: resolution/)
  }
  return rejectsCode(t, 'ERR_OPTION', () => started(all.grid({ resolution: { z: 2 } }), startOf(mixed)).suggest([], []))
})

test('manual: what is not a list of plain parameters is refused', (t) => {
  for (const list of [undefined, [], {}, 3, [new Date(0), () => 1], [{ x: Number.NaN }], [{ x: 1n }]]) {
    throwsCode(t, 'ERR_OPTION', () => all.manual(list as never), /^manual: (list|options)/)
  }
})

test('a study whose sampler does not fit to its space is not created', async (t) => {
  const storage = memory()
  const settings = { storage, name: 'a', direction: 'minimize', space: searchSpace({ x: float(0, 1) }) } as const
  for (const [sampler, message] of [
    [all.manual([{ x: 0.5 }, { typo: 1 }]), /manual: list\[1\]/],
    [all.grid({ resolution: { typo: 3 } }), /resolution must name parameters of the space, received typo/],
  ] as const) {
    await rejectsCode(t, 'ERR_OPTION', () => createStudy({ ...settings, sampler }), message)
  }
  // the name is free
  await (await createStudy({ ...settings, sampler: all.manual([{ x: 0.5 }]) })).close()

  const wide = (high: number) => searchSpace({ x: int(0, high), y: int(0, high), z: int(0, high) })
  const gridded = { ...settings, name: 'b', space: wide(1), sampler: all.grid() }
  await (await createStudy(gridded)).close()
  await rejectsCode(t, 'ERR_OPTION', () => openStudy({ storage, name: 'b', space: wide(4e9) }), /2\^64/)
  await using study = await openStudy({ storage, name: 'b' })
  t.is((await study.optimize(({ x }) => Number(x))).trials.length, 8)
})
