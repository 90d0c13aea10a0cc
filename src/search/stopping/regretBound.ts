import { createPace } from '../../data/source.ts'
import { native, unwrapLater } from '../../native/index.ts'
import { ranges, readInteger, readNumber, readOptions, refuse } from '../../options.ts'
import { type SettledTrial, stands } from '../history.ts'
import { deviationOf } from '../statistics/moments.ts'
import { defineStopping, type StopContext, type Stopping } from './stopping.ts'

/** Options of {@link regretBound}. */
export interface RegretBoundOptions {
  /**
   * How much better than the best trial a further one has to be able to be, in units of the value, > 0; default: the standard error
   * of the best trial's mean over its folds, which needs trials that report two folds or more, as those of `tune` with `kFold` do.
   * While the best trial reported fewer, the rule does not end the search.
   */
  readonly tolerance?: number
  /** Nothing is decided before so many trials stand, an integer ≥ 2; default 20. */
  readonly startupTrials?: number
  /** It is decided after each so many finished trials, an integer ≥ 1; default 5. A decision takes a native thread up to about a second, however many trials there are. */
  readonly interval?: number
  /** The probability with which the bound may be wrong, (0, 1); default 0.1. */
  readonly risk?: number
}

/**
 * Ends the search when nothing that a further trial could bring is more than the noise.
 *
 * A Gaussian process over the completed trials gives an upper bound of the regret of the best: min over trials of μ + √β σ minus min
 * over the space of μ − √β σ, β = (2/5) ln(d t² π² / (6 risk)). The search ends when it is below `tolerance`, by default
 * s · √(1/k + 1/(k − 1)) for the best trial's k folds with deviation s, the correction for folds that share training rows. It is decided
 * on declared history, so the number of trials does not depend on workers. Values far above the median count as twice as far above it
 * as the best is below: bad trials say nothing of the best. Of more than 512 trials the model has the best 64 and 448 others. Makarova et al., "Automatic Termination for Hyperparameter
 * Optimization" (2022); Nadeau, Bengio (2003).
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range; from the run, before its first trial, when the
 * space has nothing to choose, and from `tune` when there is no tolerance and only one fold
 * @example
 * ```ts
 * await study.optimize(objective, { trials: 200, stopping: regretBound({ tolerance: 0.001 }) })
 * ```
 */
export function regretBound(options: RegretBoundOptions = {}): Stopping {
  const read = readOptions('regretBound', options, ['tolerance', 'startupTrials', 'interval', 'risk'])
  const given =
    read.tolerance === undefined
      ? {}
      : { tolerance: readNumber('regretBound', 'tolerance', read.tolerance, ranges.positive) }
  const startupTrials = readInteger('regretBound', 'startupTrials', read.startupTrials, 2, 20)
  const interval = readInteger('regretBound', 'interval', read.interval, 1, 5)
  const risk = readNumber('regretBound', 'risk', read.risk, ranges.openUnit, 0.1)
  // what was decided last for a study: many trials may have to wait for one decision
  const decided = new WeakMap<object, { readonly count: number; readonly stop: Promise<boolean> }>()
  return defineStopping(
    { kind: 'regretBound', ...given, startupTrials, interval, risk },
    {
      check(where, { space, folds }) {
        if (space.dimensions.length === 0) {
          refuse(where, 'stopping: regretBound needs a space of at least one parameter', space)
        }
        if (folds !== undefined && folds < 2 && given.tolerance === undefined) {
          refuse(where, 'stopping: regretBound needs a tolerance where there is one fold', given.tolerance)
        }
      },
      stop(context) {
        const { history, study } = context
        const count = history.count - (history.count % interval)
        const last = decided.get(study)
        if (last?.count === count) return last.stop
        const stop =
          count < startupTrials ? Promise.resolve(false) : decide(context, count, startupTrials, given.tolerance, risk)
        decided.set(study, { count, stop })
        return stop
      },
    },
  )
}

async function decide(
  { direction, space, point, history }: StopContext,
  count: number,
  startupTrials: number,
  tolerance: number | undefined,
  risk: number,
): Promise<boolean> {
  const sign = direction === 'minimize' ? 1 : -1
  const width = space.dimensions.length
  const values = new Float64Array(count)
  const points = new Float64Array(count * width)
  const pace = createPace()
  let known = 0
  let best: SettledTrial | undefined
  for (let position = 0; position < count; position++) {
    await pace()
    const trial = history.trial(position)
    if (!stands(trial)) continue
    const value = sign * (trial.values[0] as number)
    if (best === undefined || value < sign * (best.values[0] as number)) best = trial
    values[known] = value
    points.set(point(trial), known * width)
    known++
  }
  if (best === undefined || known < startupTrials) return false
  const bar = tolerance ?? noiseOf(best)
  if (bar === undefined) return false
  const [places, heights] = [points.subarray(0, known * width), values.subarray(0, known)]
  return (await unwrapLater(native().regretBound(JSON.stringify(space), places, heights, risk))) < bar
}

/** How far the mean of a trial's folds may be from what it stands for; `undefined` where there are too few to say. */
function noiseOf({ folds: { values } }: SettledTrial): number | undefined {
  const count = values.length
  return count < 2 ? undefined : deviationOf(values) * Math.sqrt(1 / count + 1 / (count - 1))
}
