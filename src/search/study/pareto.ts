import { type Direction, isBetter, stands } from '../history.ts'
import type { Entry } from './record.ts'

/** Completed trials within the constraints that no other dominates, by number. */
export function paretoFront(entries: readonly Entry[], directions: readonly Direction[]): readonly Entry[] {
  const able = entries.filter(stands)
  // in order of the values a trial can only be dominated by one before it, and then by one of the front
  const compare = (a: Entry, b: Entry): number => {
    for (const [index, direction] of directions.entries()) {
      const [x, y] = [a.values[index] as number, b.values[index] as number]
      if (x !== y) return isBetter(x, y, direction) ? -1 : 1
    }
    return a.number - b.number
  }
  const front: Entry[] = []
  for (const entry of [...able].sort(compare)) {
    if (!front.some((other) => dominates(other.values, entry.values, directions))) front.push(entry)
  }
  return front.sort((a, b) => a.number - b.number)
}

function dominates(a: readonly number[], b: readonly number[], directions: readonly Direction[]): boolean {
  let better = false
  for (const [index, direction] of directions.entries()) {
    const [x, y] = [a[index] as number, b[index] as number]
    if (isBetter(y, x, direction)) return false
    if (x !== y) better = true
  }
  return better
}
