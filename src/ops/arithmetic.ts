// one line for each operation of two operands, and negate
import { type Binary, binary, type Unary, unary } from './elementwise.ts'

/**
 * a + b, with broadcasting: shapes are aligned at the last axis and a size of 1 repeats, as in numpy. Rows meet rows, size 1,
 * or nothing.
 *
 * @throws DownslopeError `ERR_SHAPE` when shapes do not broadcast; `ERR_DATA` when a constant is not finite numbers
 * @example
 * ```ts
 * await evaluate(({ x }) => ops.add(x, [10, 20]), { x: [[1, 2], [3, 4]] })   // [[11, 22], [13, 24]]
 * ```
 */
export const add: Binary = binary('add')
/** a − b, with broadcasting as in {@link add}. */
export const subtract: Binary = binary('subtract')
/** a · b, element by element, with broadcasting as in {@link add}. */
export const multiply: Binary = binary('multiply')
/** a / b, with broadcasting as in {@link add}; a division by 0 is infinite or NaN, and training then ends as diverged. */
export const divide: Binary = binary('divide')
/** The larger of a and b, with broadcasting as in {@link add}; where they are equal each gets half of the gradient. */
export const maximum: Binary = binary('maximum')
/** The smaller of a and b, with broadcasting as in {@link add}; where they are equal each gets half of the gradient. */
export const minimum: Binary = binary('minimum')
/** a to the power of b, with broadcasting as in {@link add}; NaN for a negative a and a b that is not whole. */
export const pow: Binary = binary('pow')
/** 1 where a > b, else 0; with broadcasting as in {@link add}, without a gradient. */
export const greater: Binary = binary('greater', true)
/** 1 where a < b, else 0; with broadcasting as in {@link add}, without a gradient. */
export const less: Binary = binary('less', true)
/** 1 where a = b, else 0; with broadcasting as in {@link add}, without a gradient. */
export const equal: Binary = binary('equal', true)
/** −x. */
export const negate: Unary = unary('negate')
