/**
 * Numbers that grow by a constant factor, by multiplication and comparison alone: the same on every machine and with every engine,
 * which `**` need not be.
 *
 * @param from the first, > 0
 * @param to that of `steps` steps later, above it
 * @param steps an integer ≥ 1
 */
export function ramp(from: number, to: number, steps: number): (step: number) => number {
  let [low, high] = [1, Math.min(to / from, Number.MAX_VALUE)]
  // halved until there is no number between them
  for (let middle = between(low, high); middle > low && middle < high; middle = between(low, high)) {
    if (from * power(middle, steps) <= to) low = middle
    else high = middle
  }
  const factor = low
  return (step) => from * power(factor, step)
}

const between = (low: number, high: number): number => low + (high - low) / 2

/** A number times itself, `exponent` times. */
function power(base: number, exponent: number): number {
  let result = 1
  for (let [left, square] = [exponent, base]; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square
  }
  return result
}
