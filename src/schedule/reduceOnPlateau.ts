import { isBetter, monitored, monitorOf } from '../metric/monitor.ts'
import { ranges, readInteger, readNumber, readOptions, refuse } from '../options.ts'
import { type Companion, companionOf } from './fed.ts'
import { type BuiltInSchedule, defineSchedule, markFactory } from './schedule.ts'

/** Options of {@link reduceOnPlateau}. */
export interface ReduceOnPlateauOptions {
  /** Value until the first plateau, ≥ 0. */
  readonly initial: number
  /**
   * What is watched, as the records of the run name it: `'loss'`, `'validation.loss'`, `'validation.accuracy'`. What ends in
   * "loss" or "error" should fall, everything else rise. Default `'loss'`.
   */
  readonly monitor?: string
  /** Multiplied in at each plateau, in (0, 1); default 0.1. */
  readonly factor?: number
  /** So many epochs in a row without an improvement are a plateau, an integer ≥ 0 (0 is as 1); default 10. */
  readonly patience?: number
  /** An improvement is one by more than this, ≥ 0; default 1e-4. */
  readonly minDelta?: number
  /** Epochs after a reduction that do not count towards the next, an integer ≥ 0; default 0. */
  readonly cooldown?: number
  /** The value never falls below this, ≥ 0; default 0. */
  readonly min?: number
}

/**
 * Multiplies by `factor` whenever the monitored number has not improved by more than `minDelta` for `patience` epochs, and
 * then waits for `cooldown` epochs. Fed by the records of {@link fit} after each epoch; a run that resumes goes on as if
 * it had never stopped. In {@link minimize} `'loss'` is the value of a step, with data the mean over an epoch.
 *
 * As Keras's ReduceLROnPlateau; PyTorch's default threshold is relative. Elsewhere it is `initial`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is missing, unknown or out of its range; `fit` rejects with it when
 * records do not hold what `monitor` names
 * @example
 * ```ts
 * sgd({ learningRate: reduceOnPlateau({ initial: 0.1, monitor: 'validation.loss', patience: 5 }) })
 * ```
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): BuiltInSchedule {
  const where = 'reduceOnPlateau'
  const read = readOptions(where, options, ['initial', 'monitor', 'factor', 'patience', 'minDelta', 'cooldown', 'min'])
  const initial = readNumber(where, 'initial', read.initial, ranges.notNegative)
  const name = read.monitor ?? 'loss'
  if (typeof name !== 'string') return refuse(where, 'monitor must be the name of a number of the records', name)
  const factor = readNumber(where, 'factor', read.factor, ranges.openUnit, 0.1)
  const patience = readInteger(where, 'patience', read.patience, 0, 10)
  const minDelta = readNumber(where, 'minDelta', read.minDelta, ranges.notNegative, 1e-4)
  const cooldown = readInteger(where, 'cooldown', read.cooldown, 0, 0)
  const min = readNumber(where, 'min', read.min, ranges.notNegative, 0)
  const monitor = monitorOf(name)

  const create = (): Companion => {
    let value = initial
    let best: number | undefined
    let waited = 0
    let cooling = 0
    return {
      monitor: name,
      observe(record) {
        const now = monitored(monitor, record)
        if (cooling > 0) {
          cooling -= 1
          waited = 0
        }
        if (isBetter(monitor, now, best, minDelta)) {
          best = now
          waited = 0
        } else if (cooling === 0) {
          waited += 1
          if (waited >= patience && value > min) {
            value = Math.max(value * factor, min)
            cooling = cooldown
            waited = 0
          }
        }
      },
      value: () => value,
    }
  }
  const schedule: BuiltInSchedule = defineSchedule(
    { kind: where, initial, monitor: name, factor, patience, minDelta, cooldown, min },
    (_, run) => companionOf(run, schedule, create)?.value() ?? initial,
  )
  return schedule
}
markFactory(reduceOnPlateau)
