import { isBetter, type Monitor, monitored, readMonitor } from '../metric/monitor.ts'
import { ranges, readBoolean, readInteger, readNumber, readOptions } from '../options.ts'

/** Option `earlyStopping` of {@link fit}. */
export interface EarlyStoppingOptions {
  /**
   * What is watched, as the records name it: `'loss'`, `'accuracy'`, `'validation.loss'`, `'validation.accuracy'`. What ends in
   * "loss" or "error" should fall, everything else rise. Default: `'validation.loss'` with validation rows, else `'loss'`.
   */
  readonly monitor?: string
  /** So many epochs in a row without an improvement end the run, an integer ≥ 0 (0 is as 1). */
  readonly patience: number
  /** An improvement is one by more than this, ≥ 0; default 0. */
  readonly minDelta?: number
  /** The model gets the weights of the best epoch, however the run ends but by divergence; default `true`. */
  readonly restoreBest?: boolean
}

/** The option, read and checked. */
export interface EarlyStopping {
  readonly monitor: Monitor
  readonly patience: number
  readonly minDelta: number
  readonly restoreBest: boolean
}

/** Reads it; `names` are what records hold. */
export function readEarlyStopping(where: string, value: unknown, names: readonly string[]): EarlyStopping | undefined {
  if (value === undefined) return undefined
  const inside = `${where}: earlyStopping`
  const read = readOptions(inside, value, ['monitor', 'patience', 'minDelta', 'restoreBest'])
  const fallback = names.includes('validation.loss') ? 'validation.loss' : 'loss'
  return {
    monitor: readMonitor(inside, read.monitor ?? fallback, names),
    patience: readInteger(inside, 'patience', read.patience, 0),
    minDelta: readNumber(inside, 'minDelta', read.minDelta, ranges.notNegative, 0),
    restoreBest: readBoolean(inside, 'restoreBest', read.restoreBest, true),
  }
}

/** What is known of the best epoch so far: a function of the records. */
export interface Stopper {
  /** Takes the next record; true when it is the best so far. */
  observe(record: { readonly epoch: number }): boolean
  /** Patience is at an end. */
  readonly exhausted: boolean
  readonly bestEpoch: number | undefined
}

/** Watches one run. */
export function createStopper({ monitor, patience, minDelta }: EarlyStopping): Stopper {
  let best: number | undefined
  let bestEpoch: number | undefined
  let waited = 0
  return {
    observe(record) {
      const value = monitored(monitor, record)
      if (isBetter(monitor, value, best, minDelta)) {
        best = value
        bestEpoch = record.epoch
        waited = 0
        return true
      }
      waited += 1
      return false
    },
    get exhausted() {
      return waited >= Math.max(patience, 1)
    },
    get bestEpoch() {
      return bestEpoch
    },
  }
}
