import type { BatchSteps } from './batches.ts'

/** Where a step lies. */
export interface Moment {
  /** From 1. */
  readonly epoch: number
  /** Steps in that epoch. */
  readonly stepsPerEpoch: number
  /** Steps from this one to the end of the epoch, itself included. */
  readonly left: number
}

/** Steps and epochs of a run, whose batches may differ from epoch to epoch. */
export interface Clock {
  readonly totalSteps: number
  /** Steps before an epoch. */
  before(epoch: number): number
  /** The epoch of a step. */
  at(step: number): Moment
}

/** The clock of a run over so many rows. */
export function createClock(epochs: number, batches: BatchSteps, rows: number): Clock {
  const spans: { epoch: number; step: number; stepsPerEpoch: number }[] = []
  let step = 0
  for (const [index, [epoch, size]] of batches.entries()) {
    if (epoch > epochs) break
    const stepsPerEpoch = Math.ceil(rows / (size === 0 ? rows : Math.min(size, rows)))
    spans.push({ epoch, step, stepsPerEpoch })
    step += (Math.min(batches[index + 1]?.[0] ?? Number.POSITIVE_INFINITY, epochs + 1) - epoch) * stepsPerEpoch
  }
  /** The last span that begins no later. */
  const find = (key: 'epoch' | 'step', value: number): (typeof spans)[number] => {
    let [low, high] = [0, spans.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((spans[middle]?.[key] ?? 0) <= value) low = middle
      else high = middle
    }
    return spans[low] ?? { epoch: 1, step: 0, stepsPerEpoch: 1 }
  }
  return {
    totalSteps: step,
    before(epoch) {
      const span = find('epoch', epoch)
      return span.step + (epoch - span.epoch) * span.stepsPerEpoch
    },
    at(step) {
      const { epoch, step: first, stepsPerEpoch } = find('step', step)
      const inside = step - first
      return {
        epoch: epoch + Math.floor(inside / stepsPerEpoch),
        stepsPerEpoch,
        left: stepsPerEpoch - (inside % stepsPerEpoch),
      }
    },
  }
}
