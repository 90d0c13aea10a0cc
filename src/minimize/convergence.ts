/** Watches whether the objective still changes. */
export interface Convergence {
  /** Takes the next value; true when it and the one before are within the tolerance. */
  next(value: number): boolean
}

/** Compares values of steps, or with several steps in an epoch the means of epochs. */
export function createConvergence(tolerance: number | undefined, stepsPerEpoch: number): Convergence {
  let last = Number.NaN
  let sum = 0
  let count = 0
  return {
    next(value) {
      if (tolerance === undefined) return false
      sum += value
      count += 1
      if (count < stepsPerEpoch) return false
      const mean = sum / count
      const scale = Math.max(1, Math.abs(mean), Math.abs(last))
      const converged = Math.abs(mean - last) <= tolerance * scale
      last = mean
      sum = 0
      count = 0
      return converged
    },
  }
}
