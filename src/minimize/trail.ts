/** Numbers that are kept of a run at most: 64 MB. Of longer trails every n-th step is kept. */
const KEPT = 2 ** 24

/** Some consecutive records, as numbers. */
export interface TrailPart {
  /** The steps that they were taken at. */
  readonly steps: readonly number[] | Float64Array
  readonly values: Float64Array
  /** Parameters of one record behind those of the other. */
  readonly parameters: Float32Array
}

/** Records come every so many steps, so that a run of any length can be replayed. */
export function strideOf(steps: number, length: number): number {
  return Math.ceil((steps * (length + 4)) / KEPT)
}

/**
 * The records of a chunk: each step with the value and the parameters that it started from.
 *
 * @param first number of the chunk's first step
 * @param before parameters before that step
 * @param values objective before each step
 * @param after parameters after each step, one behind the other
 */
export function trailPart(
  first: number,
  before: Float32Array,
  values: Float64Array,
  after: Float32Array,
  stride: number,
): TrailPart {
  const { length } = before
  const skipped = (stride - (first % stride)) % stride
  const count = Math.max(0, Math.ceil((values.length - skipped) / stride))
  const part = {
    steps: new Float64Array(count),
    values: new Float64Array(count),
    parameters: new Float32Array(count * length),
  }
  for (let index = 0; index < count; index++) {
    const step = skipped + index * stride
    part.steps[index] = first + step
    part.values[index] = values[step] ?? Number.NaN
    const start = step === 0 ? before : after.subarray((step - 1) * length, step * length)
    part.parameters.set(start, index * length)
  }
  return part
}
