import type { DrawnFold } from '../data/drawn.ts'
import { createPace } from '../data/source.ts'
import type { Tensor } from '../data/tensor.ts'

/** Predictions of one output for the validation rows of a fold. */
export interface FoldPredictions {
  readonly fold: Pick<DrawnFold, 'places'>
  readonly values: Float32Array
}

/** So many numbers are moved before the clock is looked at. */
const GRAIN = 4096

/**
 * One row for each row of the data: the mean of what the folds said of it that did not train on it, NaN where none did. Lets the event
 * loop turn while it works.
 */
export async function outOfFold(
  size: number,
  row: readonly number[],
  folds: readonly FoldPredictions[],
): Promise<Tensor<Float32Array>> {
  const pace = createPace()
  const width = row.reduce((a, b) => a * b, 1)
  const shape = Object.freeze([size, ...row])
  // a data set apart has rows of its own, and one fold
  const own = folds.find(({ fold }) => fold.places === undefined)
  if (own !== undefined)
    return Object.freeze({ data: own.values, shape: Object.freeze([own.values.length / width, ...row]) })
  const sums = new Float64Array(size * width)
  const counts = new Uint32Array(size)
  const step = Math.max(1, Math.floor(GRAIN / width))
  for (const { fold, values } of folds) {
    const places = fold.places ?? new Uint32Array()
    for (let index = 0; index < places.length; index++) {
      const place = places[index] as number
      counts[place] = (counts[place] as number) + 1
      for (let at = 0; at < width; at++) {
        sums[place * width + at] = (sums[place * width + at] as number) + (values[index * width + at] as number)
      }
      if (index % step === 0) await pace()
    }
  }
  const data = new Float32Array(size * width)
  for (let place = 0; place < size; place++) {
    const count = counts[place] as number
    for (let at = place * width; at < (place + 1) * width; at++) {
      data[at] = count === 0 ? Number.NaN : (sums[at] as number) / count
    }
    if (place % step === 0) await pace()
  }
  return Object.freeze({ data, shape })
}
