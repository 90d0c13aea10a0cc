import { DownslopeError } from '../errors.ts'
import { ranges, readNumber, refuse } from '../options.ts'
import { isIntegerArray } from './typed.ts'

/** Fractions of a split: `0.2` is `[0.8, 0.2]`. */
export function readFractions(where: string, value: unknown): number[] {
  if (typeof value === 'number') {
    const last = readNumber(where, 'the fraction', value, ranges.openUnit)
    return [1 - last, last]
  }
  if (!Array.isArray(value) || value.length === 0)
    return refuse(where, 'fractions must be a number or an array of them', value)
  const fractions: number[] = []
  for (let index = 0; index < value.length; index++) {
    fractions.push(readNumber(where, `fractions[${index}]`, value[index], ranges.share))
  }
  const sum = fractions.reduce((a, b) => a + b, 0)
  if (sum > 1 + 1e-9) refuse(where, 'fractions must add up to at most 1', sum)
  // rounding must not make the engine refuse [0.7, 0.2, 0.1]
  return sum > 1 ? fractions.map((fraction) => fraction / sum) : fractions
}

/** Row numbers, each below `size`. */
export function readIndices(where: string, value: unknown, size: number): Uint32Array {
  if (!Array.isArray(value) && !isIntegerArray(value)) {
    return refuse(where, 'indices must be an array of whole numbers', value, 'ERR_DATA')
  }
  const indices = value as ArrayLike<unknown>
  const count = indices.length
  if (count === 0) throw new DownslopeError('ERR_DATA', `${where}: indices must have at least one row, received none`)
  const rows = new Uint32Array(count)
  for (let index = 0; index < count; index++) {
    const row = indices[index]
    if (typeof row !== 'number' || !Number.isInteger(row) || row < 0 || row >= size) {
      refuse(where, `indices[${index}] must be an integer in [0, ${size})`, row, 'ERR_DATA')
    }
    rows[index] = row
  }
  return rows
}
