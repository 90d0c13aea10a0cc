import { DownslopeError } from '../errors.ts'
import { guarded, refuse, showShape } from '../options.ts'

/** A size: fixed, or the rows of a batch. */
export type Size = number | 'rows'
/** A shape. */
export type Sizes = readonly Size[]

const DEEPEST = 8
const LARGEST = 2 ** 31

/** The one way to complain about shapes. */
export function refuseShape(where: string, what: string, ...received: readonly Sizes[]): never {
  throw new DownslopeError('ERR_SHAPE', `${where}: ${what}, received ${received.map(showShape).join(' and ')}`)
}

/** What holds for every value: rows come first, few axes, not too many elements. */
export function checkSizes(where: string, shape: Sizes): void {
  if (shape.length > DEEPEST) refuseShape(where, `the result must have at most ${DEEPEST} axes`, shape)
  if (shape.lastIndexOf('rows') > 0)
    refuseShape(where, 'rows must be the first axis of the result, and no other', shape)
  if (elements(shape) > LARGEST) refuseShape(where, 'the result must have at most 2^31 elements', shape)
}

/** Elements of a value, of one row where there are rows. */
export function elements(shape: Sizes): number {
  let product = 1
  for (const size of shape) product *= size === 'rows' ? 1 : size
  return product
}

/** True when the first axis is the rows of a batch. */
export const hasRows = (shape: Sizes): boolean => shape[0] === 'rows'

/** Same shapes. */
export const sameShape = (a: Sizes, b: Sizes): boolean => showShape(a) === showShape(b)

/** The shape that all broadcast to, as numpy does it: aligned at the last axis, a size of 1 repeats. */
export function broadcast(where: string, ...shapes: readonly Sizes[]): Sizes {
  const depth = Math.max(...shapes.map((shape) => shape.length))
  const result: Size[] = []
  for (let back = depth; back > 0; back--) {
    let size: Size = 1
    for (const shape of shapes) {
      const given = shape[shape.length - back] ?? 1
      if (given === 1 || given === size) continue
      if (size !== 1)
        refuseShape(where, 'shapes must broadcast (sizes equal or 1, aligned at the last axis)', ...shapes)
      size = given
    }
    result.push(size)
  }
  if (result.lastIndexOf('rows') > 0) {
    refuseShape(where, 'rows must meet rows or an axis of size 1 (reshape one of them)', ...shapes)
  }
  return result
}

/** An axis from the front; negative ones count from the end. */
export function readAxis(where: string, name: string, value: unknown, shape: Sizes): number {
  const depth = shape.length
  if (typeof value !== 'number' || !Number.isInteger(value) || value < -depth || value >= depth) {
    const range = depth === 0 ? 'left out for a single number' : `an integer in [${-depth}, ${depth})`
    return refuse(where, `${name} must be ${range}`, value, 'ERR_SHAPE')
  }
  return value < 0 ? value + depth : value + 0
}

/** Axes from the front in order, each once; `undefined` stays. */
export function readAxes(where: string, value: unknown, shape: Sizes): readonly number[] | undefined {
  if (value === undefined) return undefined
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value)) return [readAxis(where, 'axis', value, shape)]
    const axes = Array.from(value as unknown[], (axis, index) => readAxis(where, `axis[${index}]`, axis, shape))
    if (axes.length === 0) refuse(where, 'axis must name at least one axis', value)
    if (new Set(axes).size !== axes.length) refuse(where, 'axis must name each axis once', value, 'ERR_SHAPE')
    return axes.sort((a, b) => a - b)
  })
}

/** The shape without the given axes, or with size 1 there. */
export function reduced(shape: Sizes, axes: readonly number[] | undefined, keepDims: boolean): Sizes {
  const gone = (axis: number): boolean => axes === undefined || axes.includes(axis)
  if (keepDims) return shape.map((size, axis) => (gone(axis) ? 1 : size))
  return shape.filter((_, axis) => !gone(axis))
}
