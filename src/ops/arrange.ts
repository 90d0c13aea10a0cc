import { guarded, readOptions, refuse } from '../options.ts'
import { constant, type Expression, type ExpressionLike, node, readAny, readOperand, sourceOf } from './expression.ts'
import { hasRows, readAxis, refuseShape, type Size, sameShape } from './shape.ts'

/** Options of {@link concatenate}. */
export interface ConcatenateOptions {
  /** Along which axis, negative ones from the end; not the rows of a batch. */
  readonly axis: number
}

/** Options of {@link slice}. */
export interface SliceOptions {
  /** Along which axis, negative ones from the end; not the rows of a batch. */
  readonly axis: number
  /** First place, negative ones from the end; default 0. */
  readonly begin?: number
  /** Place after the last, negative ones from the end; default the size. */
  readonly end?: number
}

/** Options of {@link gather}. */
export interface GatherOptions {
  /** Along which axis, negative ones from the end; default 0. */
  readonly axis?: number
}

/**
 * Values put together along an axis; all other sizes must be equal.
 *
 * @throws DownslopeError `ERR_SHAPE` when sizes differ or the axis does not exist or is rows; `ERR_OPTION` for no values
 * @example
 * ```ts
 * ops.concatenate([[[1], [2]], [[3], [4]]], { axis: 1 })     // [[1, 3], [2, 4]]
 * ```
 */
export function concatenate(list: readonly ExpressionLike[], options: ConcatenateOptions): Expression {
  const parts = guarded('concatenate', 'ERR_OPTION', () => {
    if (!Array.isArray(list) || list.length === 0) return refuse('concatenate', 'list must be an array of values', list)
    return Array.from(list as readonly unknown[], (part) => readOperand('concatenate', part))
  })
  const [first] = parts
  if (first === undefined) return refuse('concatenate', 'list must be an array of values', list)
  const axis = readAxis('concatenate', 'axis', readOptions('concatenate', options, ['axis']).axis, first.shape)
  const without = (shape: readonly Size[]): Size[] => shape.filter((_, at) => at !== axis)
  let size = 0
  for (const { shape } of parts) {
    const own = shape[axis]
    if (typeof own !== 'number') return refuseShape('concatenate', 'axis must not be rows', shape)
    if (shape.length !== first.shape.length || !sameShape(without(shape), without(first.shape))) {
      refuseShape('concatenate', `sizes besides axis ${axis} must be equal`, first.shape, shape)
    }
    size += own
  }
  if (parts.length === 1) return first
  return node('concatenate', parts, first.shape.with(axis, size), { axis })
}

/**
 * The part from `begin` up to `end` along an axis.
 *
 * @throws DownslopeError `ERR_SHAPE` when the axis does not exist or is rows, or the part is empty or reaches outside
 * @example
 * ```ts
 * ops.slice(x, { axis: 0, begin: -2 })        // the last two
 * ```
 */
export function slice(x: ExpressionLike, options: SliceOptions): Expression {
  const operand = readOperand('slice', x)
  const read = readOptions('slice', options, ['axis', 'begin', 'end'])
  const axis = readAxis('slice', 'axis', read.axis, operand.shape)
  const size = operand.shape[axis]
  if (typeof size !== 'number') return refuseShape('slice', 'axis must not be rows', operand.shape)
  const place = (name: string, value: unknown, fallback: number): number => {
    if (value === undefined) return fallback
    if (typeof value === 'number' && Number.isInteger(value) && value >= -size && value <= size) {
      return value < 0 ? value + size : value + 0
    }
    return refuse('slice', `${name} must be an integer in [${-size}, ${size}]`, value, 'ERR_SHAPE')
  }
  const begin = place('begin', read.begin, 0)
  const end = place('end', read.end, size)
  if (end <= begin) refuse('slice', `end must be after begin (${begin})`, end, 'ERR_SHAPE')
  if (begin === 0 && end === size) return operand
  return node('slice', [operand], operand.shape.with(axis, end - begin), { axis, begin, end })
}

/**
 * Parts of x by their places along an axis: the axis becomes the shape of `indices`. Indices are whole numbers from 0 (a
 * constant), or ids from a data set.
 *
 * @throws DownslopeError `ERR_SHAPE` when the axis does not exist or is rows, or both have rows; `ERR_DATA` when an index is
 * no place, or is computed
 * @example
 * ```ts
 * ops.gather([[1, 2], [3, 4]], [1, 1, 0])     // [[3, 4], [3, 4], [1, 2]]
 * ops.gather([[1, 0], [0, 1]], targets)       // class ids of a data set as one of two
 * ```
 */
export function gather(x: ExpressionLike, indices: ExpressionLike, options: GatherOptions = {}): Expression {
  const operand = readOperand('gather', x)
  const { axis: given = 0 } = readOptions('gather', options, ['axis'])
  const axis = readAxis('gather', 'axis', given, operand.shape)
  const size = operand.shape[axis]
  if (typeof size !== 'number') return refuseShape('gather', 'axis must not be rows', operand.shape)
  const places = readPlaces(readAny('gather', indices), size)
  const shape = [...operand.shape.slice(0, axis), ...places.shape, ...operand.shape.slice(axis + 1)]
  if (hasRows(operand.shape) && hasRows(places.shape)) {
    refuseShape('gather', 'only one of x and indices may have rows', operand.shape, places.shape)
  }
  return node('gather', [operand, places], shape, { axis })
}

function readPlaces(places: Expression, size: number): Expression {
  if (places.type === 'u32') return places
  const source = sourceOf(places)
  if (source.kind !== 'constant') {
    return refuse('gather', 'indices must be constant whole numbers or ids of a data set', places, 'ERR_DATA')
  }
  for (const place of source.values) {
    if (Number.isInteger(place) && place >= 0 && place < size) continue
    refuse('gather', `indices must be integers in [0, ${size})`, place, 'ERR_DATA')
  }
  // of its own, so that it stays in the graph however big it is
  return constant(source.values, places.shape as readonly number[], true)
}
