import { guarded, refuse } from '../options.ts'
import { createBuilder, type Value } from './builder.ts'
import { isLayer, type Layer, type LayerConfig } from './layer.ts'
import { type Input, isInput } from './layers/input.ts'
import { defineNetwork, type Network } from './network.ts'

/**
 * A network of layers in a row; the first is {@link input}.
 *
 * Names count from 1: `dense_1/kernel`, `dense_1/bias`. The same layer object used twice shares its parameters.
 *
 * @throws DownslopeError `ERR_OPTION` when the list does not start with an input and go on with layers; `ERR_SHAPE` when a
 * layer does not fit the one before
 * @example
 * ```ts
 * const network = sequential([input({ shape: [784] }), rescale(1 / 255), dense(256, { activation: 'relu' }), dense(10)])
 * ```
 */
export function sequential(layers: readonly [Input, ...Layer[]]): Network {
  return guarded('sequential', 'ERR_OPTION', () => {
    if (!Array.isArray(layers)) refuse('sequential', 'layers must be an array', layers)
    const first: unknown = layers[0]
    if (!isInput(first)) refuse('sequential', 'the first layer must be input({ shape })', first)
    if (!(layers.length > 1)) refuse('sequential', 'there must be a layer after the input', undefined)
    const builder = createBuilder()
    const configs: LayerConfig[] = [first.config]
    let value: Value = builder.input('input', { shape: ['rows', ...first.shape], type: 'f32' })
    // one by one, so that a list of holes ends at the first, however long it is
    for (let index = 1; index < layers.length; index++) {
      const layer: unknown = layers[index]
      if (!isLayer(layer)) refuse('sequential', `layer ${index + 1} must be a layer, like dense(10)`, layer)
      configs.push(layer.config)
      value = layer(value)
    }
    const { graph, layers: summaries } = builder.finish({ output: value })
    return defineNetwork({ kind: 'sequential', layers: configs }, graph, summaries) as Network
  })
}
