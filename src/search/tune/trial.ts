import type { DrawnFold } from '../../data/drawn.ts'
import type { CustomMetric } from '../../metric/index.ts'
import { readMeasures } from '../../metric/index.ts'
import { monitored } from '../../metric/monitor.ts'
import { readInteger, refuse } from '../../options.ts'
import type { EpochRecord } from '../../train/history.ts'
import { buildCandidate, type ReadCandidate } from '../candidate.ts'
import { type FoldPlan, runFold } from '../fold.ts'
import { closeFolds } from '../folds.ts'
import type { PrunerPlan } from '../pruners/pruner.ts'
import { readScore, type Score } from '../score.ts'
import { meanOf } from '../statistics/moments.ts'
import type { ObjectiveResult } from '../study/objective.ts'
import type { Trial } from '../study/trial.ts'
import type { TuneJob } from './options.ts'
import { checkRefit } from './refit.ts'

/** Name of the attribute with what early stopping found: the best epoch of each fold. */
export const BEST_EPOCHS = 'bestEpochs'

/** What trials share. */
export interface TrialPlan {
  readonly job: TuneJob
  /** What the pruner wants to see. */
  readonly series: PrunerPlan['series']
  /** The folds of all trials; `undefined` where each draws its own. */
  readonly folds: readonly DrawnFold[] | undefined
  /** Called with what a trial failed with. */
  readonly failed: (number: number, error: unknown) => void
  /** Called after each fold with the mean so far. */
  readonly folded: (number: number, value: number) => void
}

/** Trains and measures a trial, fold after fold: its value is the mean over the folds. */
export async function runTrial(plan: TrialPlan, params: unknown, trial: Trial): Promise<ObjectiveResult> {
  const { job, folds: shared, failed } = plan
  let own: readonly DrawnFold[] = []
  try {
    const candidate = buildCandidate('tune', 'build', job.build, [params])
    const score = readScore('tune', job.metric, job.direction, candidate)
    if (job.refit) checkRefit(candidate)
    if (shared === undefined)
      own = await job.validation.draw('tune', job.data, { seed: job.seed, path: [trial.number] })
    return await overFolds(candidate, shared ?? own, score, plan, trial)
  } catch (error) {
    if (!trial.signal.aborted) failed(trial.number, error)
    throw error
  } finally {
    closeFolds(own)
  }
}

async function overFolds(
  candidate: ReadCandidate,
  folds: readonly DrawnFold[],
  score: Score,
  { job, series, folded }: TrialPlan,
  trial: Trial,
): Promise<ObjectiveResult> {
  const plan: FoldPlan = {
    where: 'tune',
    seed: job.seed,
    measures: score.measures,
    threads: 1,
    signal: trial.signal,
  }
  const metrics = series === 'steps' ? metricsWith(candidate, score) : undefined
  const epochs = readInteger('tune: build()', 'epochs', candidate.options.epochs, 1, 10)
  const values: number[] = []
  const best: number[] = []
  for (const [index, fold] of folds.entries()) {
    const over = (record: EpochRecord, stopped: boolean): boolean => {
      const value = monitored({ name: `validation.${score.key}`, direction: 'min' }, record)
      trial.report(index * epochs + record.epoch, meanOf([...values, value]))
      // when the last fold has ended there is nothing left to save
      const ended = stopped || record.epoch === epochs
      return (index + 1 < folds.length || !ended) && trial.shouldPrune()
    }
    const result = await runFold(
      candidate,
      fold,
      metrics === undefined ? plan : { ...plan, watch: { ...metrics, over } },
    )
    if (result.status === 'diverged') return { status: 'failed', reason: 'diverged' }
    if (result.status === 'given up') return 'pruned'
    const value = result.values[score.key] ?? Number.NaN
    values.push(value)
    if (result.bestEpoch !== undefined) best.push(result.bestEpoch)
    trial.reportFold(index, value)
    folded(trial.number, meanOf(values))
    // the mean is NaN whatever comes
    if (Number.isNaN(value)) return value
    if (series === 'folds' && index + 1 < folds.length && trial.shouldPrune()) return 'pruned'
  }
  if (best.length > 0) trial.attribute(BEST_EPOCHS, best)
  return meanOf(values)
}

/** The function of a metric of the caller's. */
function functionOf(metrics: unknown, name: string): unknown {
  const own = (metrics as readonly (CustomMetric | string)[]).filter((metric) => typeof metric === 'object')
  return own.find((metric) => metric.name === name)?.evaluate
}

/** The candidate's own metrics, and the one that decides. */
function metricsWith({ options, network, objectives }: ReadCandidate, score: Score): { readonly metrics: unknown } {
  const { metrics } = options
  const own = readMeasures('tune: build()', metrics, objectives, network.outputs)
  const [wanted] = score.measures
  if (wanted === undefined) return { metrics }
  const same = own.find(({ key }) => key === wanted.key)
  if (same !== undefined) {
    const alike =
      wanted.custom === undefined
        ? JSON.stringify(same.config) === JSON.stringify(wanted.config)
        : functionOf(metrics, wanted.key) === functionOf(score.option, wanted.key)
    if (alike) return { metrics }
    return refuse('tune', 'metrics in build() must not have the name of the metric that decides', wanted.key)
  }
  if (network.outputs.length === 0)
    return { metrics: [...((metrics as unknown[] | undefined) ?? []), ...(score.option as unknown[])] }
  const added = Object.entries(score.option as Readonly<Record<string, unknown[]>>)
  const lists = { ...(metrics as Readonly<Record<string, unknown[]>> | undefined) }
  for (const [output, list] of added) lists[output] = [...(lists[output] ?? []), ...list]
  return { metrics: lists }
}
