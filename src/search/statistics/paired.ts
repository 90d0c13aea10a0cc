import { deviationOf, meanOf } from './moments.ts'
import { studentQuantile, studentTail } from './studentT.ts'

/** The difference of two candidates over the same folds. */
export interface PairedDifference {
  /** Mean of the differences. */
  readonly mean: number
  /** Their standard deviation. */
  readonly deviation: number
  /** An interval for the mean, from the corrected t statistic; from −∞ to ∞ for one fold. */
  readonly interval: readonly [low: number, high: number]
  /** The chance of a mean at least so far from 0 when there is no difference, by the same statistic; 1 for one fold. */
  readonly p: number
}

/**
 * Nadeau & Bengio (2003): folds share training rows, so the variance of the mean is (1/J + test/train) · s² rather than s²/J, with J − 1
 * degrees of freedom.
 */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
  testByTrain: number,
  level: number,
): PairedDifference {
  const differences = first.map((value, fold) => value - (second[fold] ?? Number.NaN))
  const [mean, deviation, count] = [meanOf(differences), deviationOf(differences), differences.length]
  if (count < 2) return { mean, deviation, interval: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], p: 1 }
  if (Number.isNaN(mean)) return { mean, deviation, interval: [Number.NaN, Number.NaN], p: Number.NaN }
  const error = Math.sqrt(1 / count + testByTrain) * deviation
  const far = studentQuantile((1 + level) / 2, count - 1) * error
  const p = error === 0 ? (mean === 0 ? 1 : 0) : Math.min(1, 2 * studentTail(Math.abs(mean) / error, count - 1))
  return { mean, deviation, interval: [mean - far, mean + far], p }
}
