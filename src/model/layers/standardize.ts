import { readOptions } from '../../options.ts'
import type { Size } from '../graph.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link standardize}. */
export interface StandardizeOptions {
  /** Name in the network; default `standardize_1`, … */
  readonly name?: string
}

/**
 * y = (x − mean) / deviation per feature. `fit` learns both from the training rows alone (after the validation split), so
 * nothing leaks; a deviation of 0 counts as 1. They are saved with the model, and not learned again when a trained model
 * is trained further. Applied to several values, it learns from the first of them.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown
 * @example
 * ```ts
 * sequential([input({ shape: [10] }), standardize(), dense(1)])
 * ```
 */
export function standardize(options: StandardizeOptions = {}): Layer {
  const read = readOptions('standardize', options, ['name'])
  return defineLayer({ kind: 'standardize', ...readLayerName('standardize', read.name) }, (scope, value) => {
    const row = value.shape.filter((size: Size): size is number => size !== 'rows')
    const mean = scope.state('mean', row, 0)
    const deviation = scope.state('deviation', row, 1)
    const count = scope.state('count', [1], 0)
    return scope.node('', 'standardize', [value, mean, deviation, count])
  })
}
