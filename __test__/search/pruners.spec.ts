import { readFileSync } from 'node:fs'
import { testProp } from '@fast-check/ava'
import test from 'ava'
import fc from 'fast-check'
import {
  forgiving,
  hyperband,
  median,
  noPruner,
  type Pruner,
  patient,
  percentile,
  successiveHalving,
  threshold,
  wilcoxon,
} from '../../src/index.ts'
import { type Direction, type Series, Settled, type SettledTrial } from '../../src/search/history.ts'
import type * as registry from '../../src/search/pruners/all.ts'
import { prunerFrom } from '../../src/search/pruners/index.ts'
import { prunerPlan } from '../../src/search/pruners/pruner.ts'
import { normalTail, signedRankTail } from '../../src/search/pruners/signedRank.ts'
import { meanOf } from '../../src/search/statistics/moments.ts'
import { throwsCode } from '../helpers.ts'

interface Golden {
  readonly scenarios: readonly {
    readonly pruner: object
    readonly direction: Direction
    readonly curves: readonly (readonly (number | null)[])[]
    readonly ends: readonly (number | null)[]
  }[]
  readonly tails: readonly { readonly differences: readonly number[]; readonly p: number }[]
  readonly brackets: readonly {
    readonly minResource: number
    readonly maxResource: number
    readonly reductionFactor: number
    readonly shares: readonly number[]
  }[]
}
const golden = JSON.parse(readFileSync(new URL('../golden/pruners.json', import.meta.url), 'utf8')) as Golden

const none: Series = { steps: [], values: [] }
const series = (values: readonly number[]): Series => ({ steps: values.map((_, step) => step), values })

/** A trial of which only the curve matters; NaN is not kept. */
function trialOf(number: number, kind: 'steps' | 'folds', values: readonly number[], pruned: boolean): SettledTrial {
  const whole = series(values)
  const kept = whole.steps.filter((step) => !Number.isNaN(values[step]))
  const own = { steps: kept, values: kept.map((step) => values[step] as number) }
  const status = pruned ? 'pruned' : kept.length < values.length ? 'failed' : 'completed'
  const shown = { steps: kind === 'steps' ? own : none, folds: kind === 'folds' ? own : none }
  return { number, status, values: status === 'failed' ? [] : [meanOf(values)], violation: 0, ...shown }
}

/** Runs trials one after the other; at which step each is stopped. */
function replay(
  pruner: Pruner,
  direction: Direction,
  curves: readonly (readonly (number | null)[])[],
): (number | null)[] {
  const plan = prunerPlan(pruner)
  if (plan === undefined) throw new Error('no pruner')
  const settled = new Settled(direction)
  return curves.map((curve, number) => {
    const values = curve.map((value) => value ?? Number.NaN)
    const end = values.findIndex((_, last) => {
      const own = series(values.slice(0, last + 1))
      return plan.prune({ number, direction, own, history: settled.view(number) })
    })
    settled.add(
      trialOf(
        number,
        plan.series === 'folds' ? 'folds' : 'steps',
        end < 0 ? values : values.slice(0, end + 1),
        end >= 0,
      ),
    )
    return end < 0 ? null : end
  })
}

test('decisions are those of Optuna', (t) => {
  let stopped = 0
  for (const { pruner, direction, curves, ends } of golden.scenarios) {
    t.deepEqual(replay(prunerFrom(pruner), direction, curves), ends, JSON.stringify([pruner, direction]))
    stopped += ends.filter((end) => end !== null).length
  }
  t.true(stopped > 200)
})

test('probabilities of signed ranks are those of SciPy', (t) => {
  for (const { differences, p } of golden.tails) {
    t.true(
      Math.abs(signedRankTail(differences) - p) < 1e-12,
      `${differences.length}: ${signedRankTail(differences)} ${p}`,
    )
  }
  t.is(signedRankTail([1, 2, 3, 4]), 1 / 16)
  t.is(signedRankTail([0, 0]), 1)
  for (const [z, p] of [
    [0, 0.5],
    [1.6448536269514722, 0.05],
    [-1.2815515655446004, 0.9],
    [5, 2.866515718791939e-7],
  ] as const) {
    t.true(Math.abs(normalTail(z) - p) < 1e-13)
  }
})

test('brackets of hyperband have the shares of Optuna, in even turns', (t) => {
  for (const { shares, ...options } of golden.brackets) {
    const plan = prunerPlan(hyperband(options))
    const total = shares.reduce((sum, share) => sum + share, 0)
    const settled = new Settled('minimize')
    // the first rung of a bracket is where a bad trial is stopped among good ones of all brackets
    for (let number = 0; number < 500; number++) {
      const values = Array.from({ length: options.maxResource + 1 }, () => 0)
      settled.add(trialOf(number, 'steps', values, false))
    }
    const counts = shares.map(() => 0)
    const rungs = shares.map((_, bracket) => options.minResource * options.reductionFactor ** bracket)
    for (let number = 500; number < 700; number++) {
      const values: number[] = []
      const stops = (): boolean | undefined =>
        plan?.prune({ number, direction: 'minimize', own: series(values), history: settled.view(500) })
      do values.push(1)
      while (!stops())
      const bracket = rungs.indexOf(values.length - 1)
      counts[bracket] = (counts[bracket] ?? 0) + 1
    }
    for (const [bracket, share] of shares.entries()) {
      t.true(Math.abs((counts[bracket] as number) - (200 * share) / total) < 3, `${counts} ${shares}`)
    }
  }
})

test('forgiving stops what is worse than the worst fold of the best', (t) => {
  const curves = [
    [0.9, 0.8, 0.7],
    [0.72, 0.71, 0.75],
    [0.71, 0.68, 0.9],
    [0.69, 1, 1],
    [1, 0.95, 0.96],
    [0.96, 0.9, 0.9],
    [null, 1, 1],
  ]
  t.deepEqual(replay(forgiving(), 'maximize', curves), [null, null, 1, 0, null, 1, 0])
  const negated = curves.map((curve) => curve.map((value) => (value === null ? null : -value)))
  t.deepEqual(replay(forgiving(), 'minimize', negated), [null, null, 1, 0, null, 1, 0])
})

test('options are checked', (t) => {
  const wrong = (work: () => unknown, message: RegExp) => throwsCode(t, 'ERR_OPTION', work, message)
  wrong(() => median({ startupTrials: -1 }), /^median: startupTrials must be an integer ≥ 0, received -1$/)
  wrong(() => median({ percentile: 25 } as never), /^median: options must be one of/)
  wrong(() => percentile({ percentile: 101 }), /percentile must be in \[0, 100\], received 101/)
  wrong(() => percentile({ interval: 0 }), /interval must be an integer ≥ 1/)
  wrong(() => successiveHalving({ reductionFactor: 1 }), /reductionFactor must be an integer ≥ 2/)
  wrong(() => hyperband({ minResource: 9, maxResource: 3 }), /maxResource must be an integer ≥ 9, received 3/)
  wrong(() => threshold({}), /lower or upper must be given/)
  wrong(() => threshold({ lower: 2, upper: 1 }), /upper must be ≥ lower \(2\), received 1/)
  wrong(() => patient({ pruner: forgiving(), patience: 2 }), /pruner must be one for steps/)
  wrong(() => wilcoxon({ level: 1 }), /level must be in \(0, 1\)/)
  wrong(() => prunerFrom({ kind: 'other' }), /kind must be one of/)
})

const examples: Record<keyof typeof registry, readonly Pruner[]> = {
  forgiving: [forgiving()],
  hyperband: [hyperband({ maxResource: 9 }), hyperband({ minResource: 2, maxResource: 8, reductionFactor: 2 })],
  median: [median(), median({ startupTrials: 1, warmupSteps: 1, interval: 2, minTrials: 2 })],
  noPruner: [noPruner()],
  patient: [patient({ patience: 1 }), patient({ pruner: percentile(), patience: 0, minDelta: 0.1 })],
  percentile: [percentile(), percentile({ percentile: 60, startupTrials: 0 })],
  successiveHalving: [successiveHalving(), successiveHalving({ minResource: 2, reductionFactor: 2, skipRungs: 1 })],
  threshold: [threshold({ upper: 0.5 }), threshold({ lower: -1, upper: 1 })],
  wilcoxon: [wilcoxon(), wilcoxon({ level: 0.3, startupFolds: 3 })],
}

for (const [name, pruners] of Object.entries(examples)) {
  for (const pruner of pruners) {
    const curve = fc.array(fc.oneof(fc.double({ min: -2, max: 2, noNaN: true }), fc.constant(null)), {
      minLength: 1,
      maxLength: 12,
    })
    const text = JSON.stringify(pruner.config)

    test(`${text} is frozen and rebuilt from its configuration`, (t) => {
      t.is(pruner.kind, name)
      t.true(Object.isFrozen(pruner) && Object.isFrozen(pruner.config))
      t.deepEqual(prunerFrom(JSON.parse(text)).config, pruner.config)
    })

    testProp(
      `${text} decides alike for both directions, and for later trials`,
      [fc.array(curve, { maxLength: 20 })],
      (t, curves) => {
        const negated = curves.map((list) => list.map((value) => (value === null ? null : -value)))
        const ends = replay(pruner, 'minimize', curves)
        t.deepEqual(replay(prunerFrom(pruner.config), 'minimize', curves), ends)
        if (name !== 'threshold') t.deepEqual(replay(pruner, 'maximize', negated), ends)
        t.deepEqual(replay(pruner, 'minimize', [...curves, [0, 1], [5, 5]]).slice(0, curves.length), ends)
      },
    )
  }
}
