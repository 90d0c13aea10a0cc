import { guarded, readOptions, refuse } from '../../options.ts'
import type { Value } from '../builder.ts'
import { defineMergingLayer, type MergingLayer, readLayerName } from '../layer.ts'

/** Options of layers that merge values. */
export interface MergeOptions {
  /** Name in the network; default the layer's kind with a number: `add_1`, … */
  readonly name?: string
}

/** `layer([a, b], options)` applies a layer that is made at once, `layer(options)` gives the layer. */
export function mergeOrLayer<O>(
  where: string,
  first: readonly Value[] | O | undefined,
  options: O | undefined,
  make: (options: O | undefined) => MergingLayer,
): Value | MergingLayer {
  if (guarded(where, 'ERR_OPTION', () => Array.isArray(first))) return make(options)(first as readonly Value[])
  if (options !== undefined) refuse(where, 'before options there must be a list of values', first)
  return make(first as O | undefined)
}

/** A layer that folds its values with an op of two operands, from the left. */
export function elementwise(kind: string, op: string, options: MergeOptions | undefined): MergingLayer {
  const config = { kind, ...readLayerName(kind, readOptions(kind, options, ['name']).name) }
  return defineMergingLayer(config, (scope, [first, ...rest]) =>
    rest.reduce((left, right, at) => scope.node(at === rest.length - 1 ? '' : `${at + 2}`, op, [left, right]), first),
  )
}
