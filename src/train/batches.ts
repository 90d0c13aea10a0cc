import { guarded, readInteger, refuse } from '../options.ts'

/** Rows per step: a number, all of them, or a number for each epoch. */
export type BatchSize = number | 'all' | ((epoch: number) => number)

/** Rows per step (0 for all) from an epoch on: pairs of (epoch, rows), the first from epoch 1. */
export type BatchSteps = readonly (readonly [epoch: number, rows: number])[]

const LARGEST = 2 ** 32 - 1
/** A function is asked once for each epoch before the work starts, so there must be an end. */
const ASKED = 1_000_000

/** Reads the option `batchSize` of a run of so many epochs. */
export function readBatchSize(where: string, value: unknown, epochs: number): BatchSteps {
  if (value === 'all') return [[1, 0]]
  if (typeof value === 'string') return refuse(where, "batchSize must be an integer ≥ 1, 'all' or a function", value)
  if (typeof value !== 'function') return [[1, Math.min(readInteger(where, 'batchSize', value, 1, 32), LARGEST)]]
  if (epochs > ASKED) refuse(where, `epochs must be at most ${ASKED} where batchSize is a function`, epochs)
  return guarded(where, 'ERR_OPTION', () => {
    const steps: [number, number][] = []
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const size: unknown = value(epoch)
      // growth without end is clamped to the data, so it may pass what integers can say
      if (typeof size !== 'number' || !(size >= 1) || (Number.isFinite(size) && !Number.isInteger(size))) {
        return refuse(where, `batchSize must give an integer ≥ 1 for epoch ${epoch}`, size)
      }
      const rows = Math.min(size, LARGEST)
      if (steps.at(-1)?.[1] !== rows) steps.push([epoch, rows])
    }
    return steps
  })
}
