import type { LabelRecord } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { native, receive } from '../native/index.ts'
import { readOptions, readSeed } from '../options.ts'
import { Model } from './model.ts'
import { type Network, readNetwork } from './network.ts'

/** Options of {@link initialize}. */
export interface InitializeOptions {
  /** An integer ≥ 0 that the weights follow from; default 0. */
  readonly seed?: number
}

/**
 * A model with initial weights, untrained. `fit` with the same seed starts from the same weights.
 *
 * @throws DownslopeError (as a rejection) `ERR_OPTION` when the network or the seed is not one
 * @example
 * ```ts
 * const model = await initialize(network, { seed: 1 })
 * const further = await fit(model, train, { loss: 'meanSquaredError' })
 * ```
 */
export async function initialize<K extends string = never>(
  network: Network<K>,
  options: InitializeOptions = {},
): Promise<Model<[K] extends [never] ? Label : LabelRecord, K>> {
  const known = readNetwork('initialize', network)
  const seed = readSeed('initialize', readOptions('initialize', options, ['seed']).seed)
  const handle = await receive(native().createNetwork(JSON.stringify(known.graph), seed))
  return new Model({ handle, network: known, objectives: undefined, classes: undefined })
}
