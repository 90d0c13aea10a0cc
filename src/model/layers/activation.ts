import { readOptions } from '../../options.ts'
import { type ActivationName, readActivation } from '../activations/index.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link activation}. */
export interface ActivationOptions {
  /** Name in the network; default `activation_1`, … */
  readonly name?: string
}

/**
 * An activation as a layer of its own; the shape stays.
 *
 * @param name which one
 * @throws DownslopeError `ERR_OPTION` when the name is unknown
 * @example
 * ```ts
 * sequential([input({ shape: [4] }), dense(8), activation('tanh'), dense(1)])
 * ```
 */
export function activation(name: ActivationName, options: ActivationOptions = {}): Layer {
  const read = readOptions('activation', options, ['name'])
  const known = readActivation('activation', name === undefined ? null : name)
  const config = { kind: 'activation', activation: known.name, ...readLayerName('activation', read.name) }
  return defineLayer(config, (scope, value) =>
    // the identity is a node as well, so that the layer can be found by its name
    known.activation.op === undefined
      ? scope.node('', 'affine', [value], { scale: 1, offset: 0 })
      : scope.node('', known.activation.op, [value]),
  )
}
