const MASK = (1n << 64n) - 1n

/** The finaliser of SplitMix64 (Steele, Lea & Flood 2014). */
function mixed(value: bigint): bigint {
  let z = (value + 0x9e3779b97f4a7c15n) & MASK
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
  return z ^ (z >> 31n)
}

/** A seed in [0, 2^53) that follows from another and whole numbers ≥ 0; the seed itself where there are none. */
export function derivedSeed(seed: number, path: readonly number[]): number {
  if (path.length === 0) return seed
  const state = path.reduce((state, part) => mixed(state + BigInt(part)), mixed(BigInt(seed)))
  return Number(state >> 11n)
}
