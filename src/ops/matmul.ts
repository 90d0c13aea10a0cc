import { type Expression, type ExpressionLike, node, readOperand } from './expression.ts'
import { broadcast, refuseShape, type Size } from './shape.ts'

/**
 * Matrix product as in numpy: `[…, m, k] · […, k, n]` is `[…, m, n]`, leading axes broadcast, a vector counts as one row on the
 * left and one column on the right. Rows of a batch may be `m` of a or lead; they are not summed over.
 *
 * @throws DownslopeError `ERR_SHAPE` when shapes do not fit
 * @example
 * ```ts
 * ops.matmul(inputs, theta)                 // ['rows', 3] · [3, 1] is ['rows', 1]
 * ```
 */
export function matmul(a: ExpressionLike, b: ExpressionLike): Expression {
  const left = readOperand('matmul', a)
  const right = readOperand('matmul', b)
  const complain = (what: string): never => refuseShape('matmul', what, left.shape, right.shape)
  if (left.shape.length === 0 || right.shape.length === 0)
    complain('operands must have an axis (multiply is for numbers)')
  const first: readonly Size[] = left.shape.length === 1 ? [1, ...left.shape] : left.shape
  const second: readonly Size[] = right.shape.length === 1 ? [...right.shape, 1] : right.shape
  const [m, k] = first.slice(-2) as [Size, Size]
  const [l, n] = second.slice(-2) as [Size, Size]
  if (k === 'rows' || l === 'rows') complain('rows cannot be summed over')
  if (k !== l) complain('the last axis of a must be as long as the second to last of b')
  const lead = broadcast('matmul', first.slice(0, -2), second.slice(0, -2))
  const shape = [...lead, ...(left.shape.length === 1 ? [] : [m]), ...(right.shape.length === 1 ? [] : [n])]
  return node('matmul', [left, right], shape)
}
