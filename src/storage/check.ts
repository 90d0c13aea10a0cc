import { DownslopeError } from '../errors.ts'
import type { Outcome } from './storage.ts'

/** The error of a write by an attempt that is not, or no longer, the trial's last. */
export function stale(study: string, trial: number, attempt: number): DownslopeError {
  const text = `attempt ${attempt} of trial ${trial} has ended: it was told, released or taken over, or never begun`
  return new DownslopeError('ERR_CLOSED', `study ${JSON.stringify(study)}: ${text}`)
}

/** The error of a call on what was closed. */
export function closed(what: string): DownslopeError {
  return new DownslopeError('ERR_CLOSED', `${what} is closed`)
}

/** Refuses NaN, which no store keeps. */
export function checkNumbers(where: string, numbers: readonly number[] | undefined): void {
  if (numbers?.some(Number.isNaN)) {
    throw new DownslopeError('ERR_DATA', `${where}: a number that is kept must not be NaN, received NaN`)
  }
}

/** Refuses NaN in an outcome. */
export function checkOutcome({ values, constraints }: Outcome): void {
  checkNumbers('tell', values)
  checkNumbers('tell', constraints)
}
