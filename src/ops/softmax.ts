import { readOptions, refuse } from '../options.ts'
import { divide, subtract } from './arithmetic.ts'
import { type Expression, type ExpressionLike, node, readOperand } from './expression.ts'
import { exp, log } from './functions.ts'
import { max, sum } from './reduce.ts'
import { stopGradient } from './select.ts'
import { readAxes, refuseShape } from './shape.ts'

/** Options of {@link softmax} and {@link logSoftmax}. */
export interface SoftmaxOptions {
  /** What adds up to 1: one axis or several, negative ones from the end; default the last. */
  readonly axis?: number | readonly number[]
  /** `true`, for all axes are kept; it may be given as for the reductions. */
  readonly keepDims?: true
}

function along(op: 'softmax' | 'logSoftmax', x: ExpressionLike, options: SoftmaxOptions): Expression {
  const operand = readOperand(op, x)
  const { shape } = operand
  const { axis = -1, keepDims = true } = readOptions(op, options, ['axis', 'keepDims'])
  if (keepDims !== true) refuse(op, 'keepDims must be true or left out, for all axes are kept', keepDims)
  if (shape.length === 0) refuseShape(op, 'an axis is needed', shape)
  const axes = readAxes(op, axis, shape) ?? []
  if (axes.length === 1 && axes[0] === shape.length - 1 && shape[axes[0]] !== 'rows') return node(op, [operand], shape)
  // the engine has it for the last axis; elsewhere it is spelt out, with the largest taken away so that nothing overflows
  const keep = { axis: axes, keepDims: true }
  const shifted = subtract(operand, stopGradient(max(operand, keep)))
  const total = sum(exp(shifted), keep)
  return op === 'softmax' ? divide(exp(shifted), total) : subtract(shifted, log(total))
}

/**
 * e^x / Σ e^x along an axis, by default the last.
 *
 * @throws DownslopeError `ERR_SHAPE` when the axis does not exist
 * @example
 * ```ts
 * await evaluate(({ x }) => ops.softmax(x), { x: [0, 0] })    // [0.5, 0.5]
 * ```
 */
export function softmax(x: ExpressionLike, options: SoftmaxOptions = {}): Expression {
  return along('softmax', x, options)
}

/** x − log Σ e^x along an axis, by default the last; see {@link softmax}. */
export function logSoftmax(x: ExpressionLike, options: SoftmaxOptions = {}): Expression {
  return along('logSoftmax', x, options)
}
