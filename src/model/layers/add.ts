import type { Value } from '../builder.ts'
import type { MergingLayer } from '../layer.ts'
import { elementwise, type MergeOptions, mergeOrLayer } from './merge.ts'

/**
 * The sum of values, element by element: y = a + b + …. Shapes are equal, or broadcast as in numpy: `[rows, 1]` with
 * `[rows, 8]`.
 *
 * @param values at least two of one network; left out, the result is a layer for lists of values
 * @throws DownslopeError `ERR_OPTION` when there are fewer than two values or they are not of one network; `ERR_SHAPE` when
 * their shapes do not fit
 * @example
 * ```ts
 * functional({ x: input({ shape: [8] }) }, ({ x }) => dense(1)(add([x, dense(8, { activation: 'tanh' })(x)])))
 * ```
 */
export function add(values: readonly Value[], options?: MergeOptions): Value
export function add(options?: MergeOptions): MergingLayer
export function add(first?: readonly Value[] | MergeOptions, options?: MergeOptions): Value | MergingLayer {
  return mergeOrLayer('add', first, options, (settings) => elementwise('add', 'add', settings))
}
