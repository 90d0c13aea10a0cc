/** Beyond so many differences the distribution is taken as normal. */
const EXACT = 100

/**
 * The probability that the signed ranks of differences that are as likely positive as negative add up to at least what they
 * do here: small when differences tend to be positive. Zeros count half on each side, equal sizes share their ranks.
 *
 * Up to 100 differences it is counted over all signs, else the normal approximation. Basic
 * arithmetic only, so that it is the same on every machine.
 */
export function signedRankTail(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs)
  const sorted = [...sizes].sort((a, b) => a - b)
  // twice the ranks, so that shared ones are integers
  const ranks = sizes.map((size) => sorted.indexOf(size) + sorted.lastIndexOf(size) + 2)
  let positive = 0
  let zero = 0
  const signed: number[] = []
  differences.forEach((difference, index) => {
    const rank = ranks[index] as number
    if (difference === 0) zero += rank
    else signed.push(rank)
    if (difference > 0) positive += rank
  })
  if (differences.length <= EXACT) return counted(signed, positive)
  const { length: n } = differences
  let ties = 0
  for (let first = 0; first < n; ) {
    const equal = sorted.lastIndexOf(sorted[first] as number) + 1 - first
    ties += equal * equal * equal - equal
    first += equal
  }
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24)
  return normalTail(((positive + zero / 2) / 2 - (n * (n + 1)) / 4) / deviation)
}

/** The share of all signs for which the positive ranks add up to at least `bound`. */
function counted(ranks: readonly number[], bound: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const share = new Float64Array(total + 1)
  share[0] = 1
  let reach = 0
  for (const rank of ranks) {
    reach += rank
    for (let sum = reach; sum >= 0; sum--) {
      share[sum] = ((share[sum] as number) + (sum >= rank ? (share[sum - rank] as number) : 0)) / 2
    }
  }
  let tail = 0
  for (let sum = bound; sum <= total; sum++) tail += share[sum] as number
  return tail
}

/** P(Z ≥ z) of a standard normal Z, to about 1e-13. */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return 1
  if (z > 8) return 0
  if (z < -8) return 1
  // Φ(z) = 1/2 + φ(z) · (z + z³/3 + z⁵/(3·5) + …)
  let term = z
  let sum = z
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return 0.5 - exponential((-z * z) / 2) * 0.3989422804014327 * sum
}

/** e^x for x in [-32, 0] in basic arithmetic. */
function exponential(x: number): number {
  const part = x / 32
  let term = 1
  let sum = 1
  for (let order = 1; order < 24; order++) {
    term *= part / order
    sum += term
  }
  for (let square = 0; square < 5; square++) sum *= sum
  return sum
}
