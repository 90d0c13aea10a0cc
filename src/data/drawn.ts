import { type NativeDrawn, unwrapLater } from '../native/index.ts'
import { Dataset, insideOf } from './dataset.ts'
import type { Labels } from './forms.ts'
import type { Label } from './labels.ts'

/** The rows of one fold, as views. */
export interface DrawnFold<L extends Labels = Label> {
  readonly train: Dataset<L>
  readonly validation: Dataset<L>
  /** Places of the validation rows in the data set; `undefined` where they come from another one. */
  readonly places: Uint32Array | undefined
}

/** Draws the folds of a rule, as the engine knows it, off the event loop. `groups` has the group of each row, if the rule has any. */
export async function drawFolds(
  where: string,
  data: Dataset,
  rule: Readonly<Record<string, unknown>>,
  groups?: Uint32Array,
): Promise<DrawnFold[]> {
  const { handle, meta } = insideOf<Label>(where, data)
  const drawn = await unwrapLater(handle.drawFolds(JSON.stringify(rule), groups))
  const view = (part: NativeDrawn['train']): Dataset => {
    part.report()
    return new Dataset({ handle: part, meta })
  }
  return drawn.map(({ train, validation, places }) => ({ train: view(train), validation: view(validation), places }))
}

/** How many rows each class of the only labels has, off the event loop. */
export async function countClasses(where: string, data: Dataset): Promise<Uint32Array> {
  return unwrapLater(insideOf(where, data).handle.classRows())
}

/** What tells a data set from others: its number of rows and a hash of what they hold. */
export async function identify(where: string, data: Dataset): Promise<{ rows: number; hash: string }> {
  const { handle } = insideOf(where, data)
  return { rows: data.size, hash: await unwrapLater(handle.fingerprint()) }
}
