import { type Range, ranges, readNumber } from '../options.ts'

/** How gradients are clipped, as the engine reads it. */
export interface ClipPlan {
  readonly clipNorm?: number
  readonly clipValue?: number
}

// the engine multiplies in 32 bits
const positive: Range = {
  ...ranges.positive,
  holds: (value) => Math.fround(value) > 0 && Number.isFinite(Math.fround(value)),
}

/** Reads the options `clipNorm` and `clipValue`. */
export function readClip(where: string, norm: unknown, value: unknown): ClipPlan {
  return {
    ...(norm === undefined ? {} : { clipNorm: readNumber(where, 'clipNorm', norm, positive) }),
    ...(value === undefined ? {} : { clipValue: readNumber(where, 'clipValue', value, positive) }),
  }
}
