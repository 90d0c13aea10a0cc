import { guarded, refuse } from '../options.ts'
import { type Expression, type ExpressionLike, node, readOperand } from './expression.ts'
import { elements, hasRows, readAxis, refuseShape, type Size, sameShape } from './shape.ts'

/**
 * The same numbers in another shape, row-major; one size may be −1 and follows from the others. Of a value with rows it is the
 * shape of one row (a leading `'rows'` may be written).
 *
 * @throws DownslopeError `ERR_SHAPE` when the number of elements would change
 * @example
 * ```ts
 * ops.reshape([[1, 2], [3, 4]], [-1])        // [4]
 * ```
 */
export function reshape(x: ExpressionLike, shape: readonly (number | 'rows')[]): Expression {
  const operand = readOperand('reshape', x)
  const rows: Size[] = hasRows(operand.shape) ? ['rows'] : []
  const count = elements(operand.shape)
  const sizes = guarded('reshape', 'ERR_OPTION', () => {
    if (!Array.isArray(shape) || shape.length > 9)
      return refuse('reshape', 'shape must be an array of few sizes', shape)
    const given: unknown[] = Array.from(shape)
    return readSizes(rows.length > 0 && given[0] === 'rows' ? given.slice(1) : given)
  })
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1)
  const full = sizes.map((size) => (size === -1 ? count / known : size))
  if (full.some((size) => !Number.isInteger(size)) || full.reduce((a, b) => a * b, 1) !== count) {
    refuseShape('reshape', 'the number of elements must stay', operand.shape, [...rows, ...sizes])
  }
  const made = [...rows, ...full]
  return sameShape(made, operand.shape) ? operand : node('reshape', [operand], made, { shape: full })
}

function readSizes(sizes: readonly unknown[]): number[] {
  let open = 0
  return sizes.map((size, axis) => {
    if (size === -1) open += 1
    const good = typeof size === 'number' && Number.isSafeInteger(size) && (size >= 1 || (size === -1 && open === 1))
    if (!good) refuse('reshape', `shape[${axis}] must be an integer ≥ 1, or −1 once`, size, 'ERR_SHAPE')
    return size as number
  })
}

/**
 * Axes in another order: axis `i` of the result is axis `permutation[i]` of x; by default all in reverse. Rows stay first.
 *
 * @throws DownslopeError `ERR_SHAPE` when it is not a permutation of the axes, or rows would move
 * @example
 * ```ts
 * ops.transpose([[1, 2, 3], [4, 5, 6]])      // [3, 2]
 * ```
 */
export function transpose(x: ExpressionLike, permutation?: readonly number[]): Expression {
  const operand = readOperand('transpose', x)
  const { shape } = operand
  const order = guarded('transpose', 'ERR_OPTION', () => {
    if (permutation === undefined) return shape.map((_, axis) => shape.length - 1 - axis)
    if (!Array.isArray(permutation)) return refuse('transpose', 'permutation must be an array of axes', permutation)
    const read = Array.from(permutation as readonly unknown[], (axis, index) =>
      readAxis('transpose', `permutation[${index}]`, axis, shape),
    )
    if (read.length !== shape.length || new Set(read).size !== read.length) {
      refuseShape('transpose', 'permutation must name each axis once', shape, read)
    }
    return read
  })
  if (order.every((axis, index) => axis === index)) return operand
  const made = order.map((axis) => shape[axis] as Size)
  if (hasRows(shape) && order[0] !== 0) refuseShape('transpose', 'rows must stay the first axis', shape)
  return node('transpose', [operand], made, { permutation: order })
}
