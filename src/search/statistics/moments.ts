/** The mean: Σx / n, summed in order. */
export function meanOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** The sample's standard deviation: √(Σ(x − mean)² / (n − 1)); NaN for fewer than two values. */
export function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN
  const mean = meanOf(values)
  let sum = 0
  for (const value of values) sum += (value - mean) * (value - mean)
  return Math.sqrt(sum / (values.length - 1))
}
