import { readInteger, readOptions, refuse } from '../../options.ts'
import type { Value } from '../builder.ts'
import { defineMergingLayer, type MergingLayer, readLayerName } from '../layer.ts'
import { type MergeOptions, mergeOrLayer } from './merge.ts'

/** Options of {@link concatenate}. */
export interface ConcatenateOptions extends MergeOptions {
  /** Counted with the rows as axis 0; negative from the end; default -1. Not 0: values are never joined along the rows. */
  readonly axis?: number
}

/**
 * Values one after the other along an axis: `[rows, 16]` and `[rows, 8]` become `[rows, 24]`. The other sizes are equal.
 *
 * @param values at least two of one network; left out, the result is a layer for lists of values
 * @throws DownslopeError `ERR_OPTION` when there are fewer than two values, they are not of one network, or there is no such
 * axis; `ERR_SHAPE` when their shapes do not fit
 * @example
 * ```ts
 * functional({ user: input({ shape: [8] }), item: input({ shape: [4] }) }, ({ user, item }) =>
 *   dense(1)(concatenate([dense(16)(user), dense(16)(item)])))
 * ```
 */
export function concatenate(values: readonly Value[], options?: ConcatenateOptions): Value
export function concatenate(options?: ConcatenateOptions): MergingLayer
export function concatenate(
  first?: readonly Value[] | ConcatenateOptions,
  options?: ConcatenateOptions,
): Value | MergingLayer {
  return mergeOrLayer('concatenate', first, options, make)
}

function make(options: ConcatenateOptions | undefined): MergingLayer {
  const read = readOptions('concatenate', options, ['axis', 'name'])
  const given = readInteger('concatenate', 'axis', read.axis, Number.MIN_SAFE_INTEGER, -1)
  const config = { kind: 'concatenate', axis: given, ...readLayerName('concatenate', read.name) }
  return defineMergingLayer(config, (scope, values) => {
    const rank = values[0].shape.length
    const axis = given < 0 ? given + rank : given
    if (axis < 1 || axis >= rank) {
      refuse(scope.name, `axis must be from 1 to ${rank - 1}, or from ${1 - rank} to -1`, given)
    }
    return scope.node('', 'concatenate', values, { axis })
  })
}
