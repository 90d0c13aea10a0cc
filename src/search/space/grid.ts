/** How far a value may be from one of the grid low + i · step and still count as it, in steps: what decimals lose. */
const SLACK = 1e-9

/** How many values a grid has. */
export function gridCount(low: number, high: number, step: number): number {
  return Math.floor((high - low) / step + SLACK) + 1
}

/** The value of the grid at an index. */
export function gridValue(low: number, high: number, step: number, index: number): number {
  return Math.min(low + index * step, high)
}

/** The index of a value on the grid; `undefined` when it is beside it. */
export function gridIndex(low: number, high: number, step: number, value: number): number | undefined {
  const index = Math.round((value - low) / step)
  if (index < 0 || index >= gridCount(low, high, step)) return undefined
  return Math.abs(value - gridValue(low, high, step, index)) <= SLACK * step ? index : undefined
}
