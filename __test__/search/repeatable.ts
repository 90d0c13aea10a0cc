import { setTimeout as sleep } from 'node:timers/promises'
import {
  array,
  choice,
  float,
  forgiving,
  gaussianProcess,
  grid,
  hyperband,
  int,
  type Json,
  manual,
  median,
  ordinal,
  type Pruner,
  patient,
  percentile,
  quasiRandom,
  random,
  type Sampler,
  type SearchSpace,
  searchSpace,
  successiveHalving,
  type Trial,
  type TrialRecord,
  threshold,
  tpe,
  wilcoxon,
} from '../../src/index.ts'

/** How many trials a study of these tests has. */
export const TRIALS = 60

/** A conditional space with everything in it. */
export const spaceOf = (): SearchSpace<Params> =>
  searchSpace({
    x: float(-3, 3),
    rate: float(1e-4, 1, { scale: 'log' }),
    depth: ordinal([1, 2, 4]),
    optimizer: choice({ sgd: { momentum: float(0, 0.9, { step: 0.1 }) }, adam: {} }),
    widths: array(int(4, 64, { step: 20 }), { length: 'layers', max: 3 }),
    layers: int(1, 3),
  })

interface Params {
  readonly x: number
  readonly rate: number
  readonly depth: 1 | 2 | 4
  readonly optimizer: { readonly kind: 'sgd'; readonly momentum: number } | { readonly kind: 'adam' }
  readonly widths: readonly number[]
  readonly layers: number
}

/** A study of these tests. */
export interface Setup {
  readonly options: () => {
    readonly sampler: Sampler
    readonly pruner: Pruner
    readonly direction: 'minimize' | 'maximize'
    readonly seed: number
  }
  /** How many trials it comes to, where it is exhausted before or they take long. */
  readonly trials?: number
  readonly statuses: readonly TrialRecord['status'][]
}

const list: Params[] = Array.from({ length: 20 }, (_, number) => ({
  x: ((number * 7) % 20) / 10 - 1,
  rate: 0.01,
  depth: 2,
  optimizer: number % 2 === 0 ? { kind: 'adam' } : { kind: 'sgd', momentum: 0.5 },
  widths: [24],
  layers: 1,
}))

const all = ['completed', 'pruned', 'failed'] as const
const setup = (
  sampler: () => Sampler,
  pruner: () => Pruner,
  direction: 'minimize' | 'maximize' = 'minimize',
): Setup => ({
  options: () => ({ sampler: sampler(), pruner: pruner(), direction, seed: 11 }),
  statuses: all,
})

/** Each sampler with a pruner, and each pruner with a sampler. */
export const setups: Readonly<Record<string, Setup>> = {
  random: setup(random, () => median({ startupTrials: 3 })),
  grid: setup(
    () => grid({ resolution: { rate: 2, 'widths[0]': 1, 'widths[1]': 1, 'widths[2]': 1 } }),
    () => percentile({ percentile: 40, startupTrials: 2 }),
  ),
  manual: {
    ...setup(
      () => manual(list),
      () => median({ startupTrials: 1 }),
    ),
    trials: 20,
  },
  quasiRandom: setup(quasiRandom, () => median({ startupTrials: 3 })),
  tpe: setup(tpe, () => median({ startupTrials: 3 })),
  halving: setup(random, () => successiveHalving({ reductionFactor: 2 }), 'maximize'),
  hyperband: setup(random, () => hyperband({ maxResource: 9 }), 'maximize'),
  gaussianProcess: { ...setup(gaussianProcess, forgiving), trials: 30 },
  wilcoxon: setup(tpe, () => wilcoxon({ startupFolds: 4 }), 'maximize'),
  // to maximize what becomes less is never an improvement
  patient: setup(tpe, () => patient({ pruner: median({ startupTrials: 3 }), patience: 2 }), 'maximize'),
  threshold: setup(quasiRandom, () => threshold({ upper: 8 })),
}

/** An objective with a curve and folds, failures and pauses of random length. */
export function hurried(most: number): (params: Params, trial: Trial<Params>) => Promise<number | 'pruned'> {
  return async ({ x, rate, depth, optimizer, widths }, trial) => {
    const level = (x - 1) ** 2 + Math.abs(Math.sqrt(rate) - 0.1) + depth / 8 + widths.length / 10
    const momentum = optimizer.kind === 'sgd' ? optimizer.momentum : 0.2
    if (trial.number % 13 === 5) throw new Error('it happens')
    if (trial.number % 17 === 3) return Number.NaN
    for (let step = 0; step < 9; step++) {
      if (most > 0) await sleep(Math.random() * most)
      trial.report(step, level + (1 + momentum) / (step + 1))
      trial.reportFold(step, level + ((step * 5 + trial.number) % 7) / 10)
      if (trial.shouldPrune()) return 'pruned'
    }
    return level + momentum
  }
}

/** What has to be the same. */
export function listOf(trials: readonly TrialRecord<unknown>[]): string {
  return JSON.stringify(
    trials.map(({ number, params, values, status, steps, folds }) => [
      number,
      sorted(params as Json),
      values,
      status,
      steps,
      folds,
    ]),
  )
}

/** With the keys of objects in order, which differs between who opened a study. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sorted((value as Record<string, Json>)[key] as Json)]))
}
