import { ranges, readNumber, readOptions, refuse } from '../options.ts'
import { type Expression, type ExpressionLike, node, readOperand } from './expression.ts'
import { broadcast } from './shape.ts'

/** Bounds of {@link clip}; at least one. */
export interface ClipOptions {
  /** Lower bound, a finite number; default none. */
  readonly min?: number
  /** Upper bound, a finite number ≥ `min`; default none. */
  readonly max?: number
}

/**
 * `a` where the condition is not 0, else `b`; all three broadcast. Gradients flow to `a` and `b`, each where it was chosen.
 *
 * @throws DownslopeError `ERR_SHAPE` when shapes do not broadcast
 * @example
 * ```ts
 * ops.where(ops.greater(x, 0), x, ops.multiply(x, 0.1))
 * ```
 */
export function where(condition: ExpressionLike, a: ExpressionLike, b: ExpressionLike): Expression {
  const test = readOperand('where', condition)
  const left = readOperand('where', a)
  const right = readOperand('where', b)
  const shape = broadcast('where', test.shape, left.shape, right.shape)
  return node('where', [test, left, right], shape)
}

/**
 * min(max(x, min), max); the gradient is 0 where a bound holds.
 *
 * @throws DownslopeError `ERR_OPTION` when no bound is given, one is not a finite number, or `max` is below `min`
 * @example
 * ```ts
 * ops.clip(x, { min: 0, max: 1 })
 * ```
 */
export function clip(x: ExpressionLike, options: ClipOptions): Expression {
  const operand = readOperand('clip', x)
  const read = readOptions('clip', options, ['min', 'max'])
  if (read.min === undefined && read.max === undefined) refuse('clip', 'min or max must be given', undefined)
  const min = read.min === undefined ? undefined : readNumber('clip', 'min', read.min, ranges.finite)
  const max = read.max === undefined ? undefined : readNumber('clip', 'max', read.max, ranges.finite)
  if (min !== undefined && max !== undefined && max < min) refuse('clip', `max must be ≥ min (${min})`, max)
  const attributes = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
  return node('clip', [operand], operand.shape, attributes)
}

/** x, but gradients end here: what is computed before counts as a constant. */
export function stopGradient(x: ExpressionLike): Expression {
  const operand = readOperand('stopGradient', x)
  return node('stopGradient', [operand], operand.shape, {}, true)
}
