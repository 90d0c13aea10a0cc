import { readBoolean, readOptions } from '../options.ts'
import { type Expression, type ExpressionLike, node, readOperand } from './expression.ts'
import { reshape } from './reshape.ts'
import { hasRows, readAxes, readAxis, reduced, refuseShape } from './shape.ts'

/** Options of the reductions. */
export interface ReduceOptions {
  /** What is reduced: one axis or several, negative ones from the end; default all, the rows of a batch included. */
  readonly axis?: number | readonly number[]
  /** Keep the reduced axes with size 1; default `false`. */
  readonly keepDims?: boolean
}

/** Options of {@link argmax}. */
export interface ArgmaxOptions {
  /** Which axis, negative ones from the end; default: over all elements, counted row by row. */
  readonly axis?: number
  /** Keep the axis with size 1; default `false`. */
  readonly keepDims?: boolean
}

/** Reduces some axes of a value, all by default. */
export type Reduction = (x: ExpressionLike, options?: ReduceOptions) => Expression

function reduction(op: string): Reduction {
  return Object.freeze((x: ExpressionLike, options: ReduceOptions = {}) => {
    const operand = readOperand(op, x)
    const read = readOptions(op, options, ['axis', 'keepDims'])
    const axes = readAxes(op, read.axis, operand.shape)
    const keepDims = readBoolean(op, 'keepDims', read.keepDims, false)
    // of one number, all of these are the number
    if (operand.shape.length === 0) return operand
    const shape = reduced(operand.shape, axes, keepDims)
    return node(op, [operand], shape, { ...(axes === undefined ? {} : { axes }), keepDims })
  })
}

/**
 * Sum over some axes, by default over everything. Over rows it is that of the batch.
 *
 * @throws DownslopeError `ERR_SHAPE` when an axis does not exist; `ERR_OPTION` when an option is unknown
 * @example
 * ```ts
 * ops.sum(x, { axis: -1, keepDims: true })
 * ```
 */
export const sum: Reduction = reduction('sum')
/** Mean over some axes, as {@link sum}. */
export const mean: Reduction = reduction('mean')
/** Largest over some axes, as {@link sum}; the gradient goes to the first of equals. */
export const max: Reduction = reduction('max')
/** Smallest over some axes, as {@link sum}; the gradient goes to the first of equals. */
export const min: Reduction = reduction('min')
/** log Σ e^x over some axes, as {@link sum}, without overflow. */
export const logSumExp: Reduction = reduction('logSumExp')

/**
 * Place of the largest number along an axis, the first of equals; without a gradient.
 *
 * @throws DownslopeError `ERR_SHAPE` when the axis does not exist, or none is given for a value with rows
 */
export function argmax(x: ExpressionLike, options: ArgmaxOptions = {}): Expression {
  const read = readOptions('argmax', options, ['axis', 'keepDims'])
  const keepDims = readBoolean('argmax', 'keepDims', read.keepDims, false)
  const operand = readOperand('argmax', x)
  if (read.axis !== undefined) {
    const axis = readAxis('argmax', 'axis', read.axis, operand.shape)
    return node('argmax', [operand], reduced(operand.shape, [axis], keepDims), { axis, keepDims }, true)
  }
  if (hasRows(operand.shape)) refuseShape('argmax', 'an axis must be given for a value with rows', operand.shape)
  const place = node('argmax', [reshape(operand, [-1])], [], { axis: 0, keepDims: false }, true)
  return keepDims
    ? reshape(
        place,
        operand.shape.map(() => 1),
      )
    : place
}
