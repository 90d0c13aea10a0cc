import { DownslopeError } from '../../errors.ts'
import { readOptions, showShape } from '../../options.ts'
import type { Value } from '../builder.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'
import { readShape } from './input.ts'

/** Options of {@link reshape}. */
export interface ReshapeOptions {
  /** Name in the network; default `reshape_1`, … */
  readonly name?: string
}

/** Elements of one row. */
export function elements(value: Value): number {
  return value.shape.reduce<number>((product, size) => (size === 'rows' ? product : product * size), 1)
}

/**
 * Gives each row another shape of as many elements, in row-major order.
 *
 * @param shape of one row, sizes ≥ 1
 * @throws DownslopeError `ERR_OPTION` when the shape is not one; `ERR_SHAPE` when the number of elements differs
 * @example
 * ```ts
 * sequential([input({ shape: [784] }), reshape([28, 28])])
 * ```
 */
export function reshape(shape: readonly number[], options: ReshapeOptions = {}): Layer {
  const sizes = readShape('reshape', shape)
  const read = readOptions('reshape', options, ['name'])
  const config = { kind: 'reshape', shape: sizes, ...readLayerName('reshape', read.name) }
  return defineLayer(config, (scope, value) => {
    if (elements(value) !== sizes.reduce((a, b) => a * b, 1)) {
      const text = `${scope.name}: shape must have as many elements as a row of ${showShape(value.shape)}`
      throw new DownslopeError('ERR_SHAPE', `${text}, received ${showShape(sizes)}`)
    }
    return scope.node('', 'reshape', [value], { shape: sizes })
  })
}
