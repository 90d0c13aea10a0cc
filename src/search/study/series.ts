import { below } from '../history.ts'

/** Numbers by step, ascending, that grow. */
export interface Growing {
  readonly steps: number[]
  readonly values: number[]
}

/** What has no numbers yet: one for all, as most trials of a long study never report. */
export const EMPTY: Growing = Object.freeze({
  steps: Object.freeze([]) as unknown as number[],
  values: Object.freeze([]) as unknown as number[],
})

/** Puts a number where its step belongs; false, and nothing changes, when the step is there already. */
export function insert({ steps, values }: Growing, step: number, value: number): boolean {
  const place = below(steps, step)
  if (steps[place] === step) return false
  if (place === steps.length) {
    steps.push(step)
    values.push(value)
  } else {
    steps.splice(place, 0, step)
    values.splice(place, 0, value)
  }
  return true
}

/** Folds share the log's one series with steps: fold f is the step −1 − f. */
export const foldStep = (fold: number): number => -1 - fold
