import { readNumber, readOptions } from '../../options.ts'
import { type ActivationName, readActivation } from '../activations/index.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link activation}. */
export interface ActivationOptions {
  /** Name in the network; default `activation_1`, … */
  readonly name?: string
  /** Slope of `leakyRelu` below 0, a number ≥ 0; default 0.01. */
  readonly negativeSlope?: number
  /** Minus the limit of `elu` at −∞, a number ≥ 0; default 1. */
  readonly alpha?: number
}

/**
 * An activation as a layer of its own; the shape stays.
 *
 * @param name which one
 * @throws DownslopeError `ERR_OPTION` when the name is unknown, or an option that this activation does not have or that is out of range
 * @example
 * ```ts
 * sequential([input({ shape: [4] }), dense(8), activation('tanh'), dense(1)])
 * ```
 */
export function activation(name: ActivationName, options: ActivationOptions = {}): Layer {
  const known = readActivation('activation', name === undefined ? null : name)
  const taken = Object.entries(known.activation.numbers ?? {})
  const all = ['name', ...taken.map(([number]) => number)]
  const read: Readonly<Record<string, unknown>> & { readonly name?: unknown } = readOptions('activation', options, all)
  const numbers = Object.fromEntries(
    taken.map(([number, { range, fallback }]) => [
      number,
      readNumber('activation', number, read[number], range, fallback),
    ]),
  )
  const config = {
    kind: 'activation',
    activation: known.name,
    ...numbers,
    ...readLayerName('activation', read.name),
  }
  return defineLayer(config, (scope, value) =>
    // the identity is a node as well, so that the layer can be found by its name
    known.activation.op === undefined
      ? scope.node('', 'affine', [value], { scale: 1, offset: 0 })
      : scope.node('', known.activation.op, [value], numbers),
  )
}
