/** Watches an objective from epoch to epoch; without data each step is an epoch. */
export interface Watch {
  /** Takes the value of the next step; the mean of an epoch that ends with it, else `undefined`. */
  next(value: number): number | undefined
  /** The last two epochs are within the tolerance. */
  readonly converged: boolean
}

/** Watches means of epochs. */
export function createWatch(tolerance: number | undefined, stepsPerEpoch: number): Watch {
  let last = Number.NaN
  let sum = 0
  let count = 0
  let converged = false
  return {
    next(value) {
      sum += value
      count += 1
      if (count < stepsPerEpoch) return undefined
      const mean = sum / count
      const scale = Math.max(1, Math.abs(mean), Math.abs(last))
      converged = tolerance !== undefined && Math.abs(mean - last) <= tolerance * scale
      last = mean
      sum = 0
      count = 0
      return mean
    },
    get converged() {
      return converged
    },
  }
}
