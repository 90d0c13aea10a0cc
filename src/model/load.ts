import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { native, unwrapLater } from '../native/index.ts'
import { readMetadata } from './metadata.ts'
import { Model, readPath } from './model.ts'

/**
 * Reads a model that {@link Model.save} wrote: same predictions, classes and evaluation.
 *
 * @param path of the file
 * @throws DownslopeError (as a rejection) `ERR_CHECKPOINT` when the file cannot be read, is not a model or was altered;
 * `ERR_OPTION` when `path` is not a text
 * @example
 * ```ts
 * const model = await loadModel('digits.safetensors')
 * ```
 */
export async function loadModel<L extends Labels = Label, K extends string = never>(
  path: string,
): Promise<Model<L, K>> {
  const { network: handle, metadata } = await unwrapLater(native().loadNetwork(readPath('loadModel', path)))
  handle.report()
  try {
    return new Model<L, K>({ handle, ...readMetadata(metadata) })
  } catch (error) {
    handle.close()
    throw error
  }
}
