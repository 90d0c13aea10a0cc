import { readOptions } from '../../options.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'
import { elements } from './reshape.ts'

/** Options of {@link flatten}. */
export interface FlattenOptions {
  /** Name in the network; default `flatten_1`, … */
  readonly name?: string
}

/**
 * Makes each row one axis: `[rows, 28, 28]` becomes `[rows, 784]`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown
 * @example
 * ```ts
 * sequential([input({ shape: [28, 28] }), flatten(), dense(10)])
 * ```
 */
export function flatten(options: FlattenOptions = {}): Layer {
  const config = { kind: 'flatten', ...readLayerName('flatten', readOptions('flatten', options, ['name']).name) }
  return defineLayer(config, (scope, value) => scope.node('', 'reshape', [value], { shape: [elements(value)] }))
}
