import fc, { type Arbitrary } from 'fast-check'
import { array, choice, float, int, ordinal, type Parameter, type SearchSpace, searchSpace } from '../../src/index.ts'
import type { Dimension } from '../../src/search/space/flat.ts'
import { gridCount, gridValue } from '../../src/search/space/grid.ts'
import { spacePlan } from '../../src/search/space/searchSpace.ts'

const bounds = (least: number, most: number): Arbitrary<[number, number]> =>
  fc
    .tuple(fc.double({ min: least, max: most, noNaN: true }), fc.double({ min: least, max: most, noNaN: true }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)])

const floats: Arbitrary<Parameter> = fc.oneof(
  bounds(-100, 100).map(([low, high]) => float(low, high)),
  bounds(1e-6, 10).map(([low, high]) => float(low, high, { scale: 'log' })),
  fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 30 }), fc.constantFrom(0.1, 0.25, 1, 3))
    .map(([low, count, step]) => float(low, low + count * step, { step })),
)
const ints: Arbitrary<Parameter> = fc.oneof(
  fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.nat(100), fc.integer({ min: 1, max: 9 }))
    .map(([low, width, step]) => int(low, low + width, { step })),
  fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(500)).map(([low, width]) => int(low, low + width, { scale: 'log' })),
)
const values = fc.uniqueArray(fc.oneof(fc.integer(), fc.string({ maxLength: 4 })), { minLength: 1, maxLength: 5 })
const simple: Arbitrary<Parameter> = fc.oneof(
  floats,
  ints,
  values.map((list) => ordinal(list)),
  values.map((list) => choice(list)),
  fc.tuple(floats, fc.nat(3)).map(([element, length]) => array(element, { length })),
)
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')

/** Records of parameters, some with an array whose length is beside it. */
const records = (parameter: Arbitrary<Parameter>, least: number): Arbitrary<Record<string, Parameter>> =>
  fc
    .tuple(
      fc.dictionary(names, parameter, { minKeys: least, maxKeys: 4, noNullPrototype: true }),
      fc.option(
        fc.tuple(
          parameter.filter(({ kind }) => kind !== 'array'),
          fc.nat(2),
          fc.nat(2),
        ),
        { nil: undefined },
      ),
    )
    .map(([record, list]) => {
      if (list === undefined) return record
      const [element, low, more] = list
      return { list: array(element, { length: 'size', max: low + more + 1 }), ...record, size: int(low, low + more) }
    })

const parameters: Arbitrary<Parameter> = fc.letrec<{ any: Parameter; branches: Parameter }>((tie) => ({
  any: fc.oneof({ maxDepth: 2, depthSize: 'small' }, simple, tie('branches')),
  branches: fc
    .dictionary(fc.constantFrom('p', 'q', 'r'), records(tie('any'), 0), {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    })
    .map((branches) => choice(branches)),
})).any

/** Spaces of all kinds. */
export const spaces: Arbitrary<SearchSpace> = records(parameters, 1).map((record) =>
  (searchSpace as (parameters: unknown) => SearchSpace)(record),
)

function coordinate(dimension: Dimension): Arbitrary<number> {
  if ('count' in dimension) return fc.nat(dimension.count - 1)
  const { low, high, step } = dimension
  if (step === undefined) return fc.double({ min: low, max: high, noNaN: true }).map((value) => value + 0)
  return fc.nat(gridCount(low, high, step) - 1).map((index) => gridValue(low, high, step, index))
}

/** Whether a dimension has a value at a point; those before it have theirs. */
function isActive({ when }: Dimension, point: ArrayLike<number>): boolean {
  if (when === undefined) return true
  const parent = point[when.parent] ?? Number.NaN
  return parent >= when.low && parent <= when.high
}

/** Points of a space. */
export function pointOf(space: SearchSpace): Arbitrary<Float64Array> {
  const { dimensions } = spacePlan('test', space).flat
  return fc.tuple(...dimensions.map(coordinate)).map((values) => {
    const point = Float64Array.from(values)
    dimensions.forEach((dimension, index) => {
      if (!isActive(dimension, point)) point[index] = Number.NaN
    })
    return point
  })
}

/**
 * How many points a space has, counted to `most`. A continuous dimension with more than one value counts as `levels`; with infinitely
 * many of them a space that has one is infinite, whether or not it is active.
 */
export function countPoints(space: SearchSpace, levels: number, most: number): number {
  const { dimensions } = spacePlan('test', space).flat
  if (levels === Number.POSITIVE_INFINITY && dimensions.some((one) => !('count' in one) && one.step === undefined)) {
    return most
  }
  const point: number[] = []
  const count = (index: number): number => {
    const dimension = dimensions[index]
    if (dimension === undefined) return 1
    const values = isActive(dimension, point) ? valuesOf(dimension, levels, most) : [Number.NaN]
    let sum = 0
    for (const value of values) {
      point[index] = value
      sum += count(index + 1)
      if (sum >= most) return most
    }
    return sum
  }
  return count(0)
}

/** The first values of a dimension. */
function valuesOf(dimension: Dimension, levels: number, most: number): number[] {
  const first = (count: number, value: (index: number) => number) =>
    Array.from({ length: Math.min(count, most) }, (_, index) => value(index))
  if ('count' in dimension) return first(dimension.count, (index) => index)
  const { low, high, step } = dimension
  if (step === undefined) return first(low === high ? 1 : levels, () => low)
  return first(gridCount(low, high, step), (index) => gridValue(low, high, step, index))
}
