/** What every sampler and every stopping rule has to hold, by being in the registry. Pruners are in `repeats.spec.ts`. */
import { setTimeout as sleep } from 'node:timers/promises'
import { testProp } from '@fast-check/ava'
import test from 'ava'
import fc from 'fast-check'
import {
  createStudy,
  float,
  memory,
  type Sampler,
  type SearchSpace,
  type Stopping,
  searchSpace,
  type TrialRecord,
} from '../../src/index.ts'
import * as samplers from '../../src/search/samplers/all.ts'
import { samplerPlanOf } from '../../src/search/samplers/define.ts'
import { spacePlan } from '../../src/search/space/searchSpace.ts'
import * as rules from '../../src/search/stopping/all.ts'
import { connectionOf } from '../../src/storage/plan.ts'
import { rejectsCode } from '../helpers.ts'
import { hurried, listOf, spaceOf } from './repeatable.ts'
import { countPoints, pointOf, spaces } from './spaces.ts'

/** Points in the list of `manual`. */
const LISTED = 8

/** Options with which 16 trials are enough for a model. */
const early: Readonly<Record<string, object>> = { tpe: { startup: 3 } }

/** Samplers by name, made for a space. */
const makers: Readonly<Record<string, (space: SearchSpace) => Sampler>> = Object.fromEntries(
  Object.entries(samplers as unknown as Readonly<Record<string, (options?: object) => Sampler>>).map(([name, make]) => [
    name,
    name === 'manual'
      ? (space: SearchSpace) => {
          const { decode } = spacePlan('test', space)
          return samplers.manual(fc.sample(pointOf(space), { numRuns: LISTED, seed: 1 }).map((point) => decode(point)))
        }
      : () => make(early[name]),
  ]),
)

/** Completed, pruned, failed and NaN, by number. */
const mixed = (_: unknown, { number, report }: { number: number; report(step: number, value: number): void }) => {
  if (number % 5 === 1) throw new Error('no')
  if (number % 7 === 2) return Number.NaN
  report(0, (number * 3) % 7)
  return number % 4 === 3 ? ('pruned' as const) : (number * 5) % 11
}

const shape = (trials: readonly TrialRecord[]): unknown[] =>
  trials.map(({ number, params, values, status, reason }) => [number, params, values, status, reason])

for (const [name, make] of Object.entries(makers)) {
  testProp(
    `${name}: within any space, whatever becomes of trials, each point of a finite one once, and the same again`,
    [spaces, fc.nat(1000), fc.constantFrom('minimize', 'maximize')],
    async (t, space, seed, direction) => {
      const run = async (workers: number): Promise<readonly TrialRecord[]> => {
        await using study = await createStudy({ space, direction, sampler: make(space), seed, lag: 3 })
        const { trials, status } = await study.optimize(mixed, { trials: 16, workers })
        t.true(status === 'exhausted' || trials.length === 16)
        return study.trials
      }
      const { encode, decode } = spacePlan('test', space)
      let trials: readonly TrialRecord[]
      try {
        trials = await run(1)
      } catch (error) {
        // a grid of more combinations than can be counted is refused
        t.is(name, 'grid')
        t.regex((error as Error).message, /must have fewer than 2\^64 combinations/)
        return
      }
      for (const { params } of trials) t.deepEqual(decode(encode('test', params)), params)
      // a grid has both ends of what is continuous, and what lies between
      const points = countPoints(space, name === 'grid' ? 2 : Number.POSITIVE_INFINITY, 16)
      if (name === 'manual') t.is(trials.length, LISTED)
      else if (points < 16 && name !== 'grid') t.is(trials.length, points)
      else t.true(trials.length >= points)
      if (name !== 'manual' && points < 16)
        t.is(new Set(trials.map(({ params }) => encode('test', params).join())).size, trials.length)
      t.deepEqual(shape(await run(3)), shape(trials))
    },
    { numRuns: 25, endOnFailure: true },
  )

  test(`${name}: several directions and constraints`, async (t) => {
    const space = spaceOf()
    await using study = await createStudy({
      space,
      directions: ['minimize', 'maximize'],
      sampler: make(space as unknown as SearchSpace),
      constraints: ({ x }) => [x],
    })
    await study.optimize(({ x, depth }, { number }) => (number % 6 === 4 ? 'failed' : [x, depth]), { trials: 24 })
    t.true(study.bestTrials.length > 0)
    for (const { params } of study.bestTrials) t.true(params.x <= 0)
    t.true(study.trials.some(({ status }) => status === 'failed'))
  })
}

const rulesToTry: Readonly<Record<keyof typeof rules, () => Stopping>> = {
  noImprovement: () => rules.noImprovement({ trials: 7 }),
  regretBound: () => rules.regretBound({ tolerance: 3, startupTrials: 6 }),
  targetReached: () => rules.targetReached(0.2),
}

for (const [name, make] of Object.entries(rulesToTry)) {
  test(`${name}: ends a search after the same trials for any number of workers`, async (t) => {
    const rule = make()
    t.is(rule.kind, name)
    t.true(Object.isFrozen(rule))
    t.deepEqual(JSON.parse(JSON.stringify(rule.config)), rule.config)
    const run = async (workers: number): Promise<string> => {
      const space = searchSpace({ x: float(-3, 3) })
      await using study = await createStudy({ space, direction: 'minimize', sampler: samplers.random(), seed: 2 })
      const { status, trials } = await study.optimize(
        async ({ x }) => {
          if (workers > 1) await sleep(Math.random() * 4)
          return x * x
        },
        { trials: 200, workers, stopping: rule },
      )
      t.is(status, 'stopped')
      t.true(trials.length > 5 && trials.length < 200, String(trials.length))
      return listOf(study.trials)
    }
    t.is(await run(6), await run(1))
  })
}

test('a stopping rule is one that a factory made', async (t) => {
  await using study = await createStudy({ space: spaceOf(), direction: 'minimize' })
  const names = Object.keys(rules).join(', ')
  for (const stopping of [{ kind: 'noImprovement' }, [rules.targetReached(1), 3], null]) {
    const run = (): PromiseLike<unknown> => study.optimize(() => 1, { trials: 1, stopping: stopping as never })
    await rejectsCode(t, 'ERR_OPTION', run, new RegExp(`stopping must be made by one of ${names}`))
  }
})

test('asynchronous: a trial is suggested from what was finished, and the log knows what that was', async (t) => {
  const space = spaceOf()
  const storage = memory()
  const sampler = samplers.tpe({ startup: 3 })
  const options = { space, direction: 'minimize', mode: 'asynchronous', lag: 1, seed: 5, sampler, storage } as const
  await using study = await createStudy({ ...options, name: 'a' })
  const { trials } = await study.optimize(hurried(3), { trials: 30, workers: 6 })
  t.is(trials.length, 30)
  t.deepEqual(
    trials.flatMap(({ attributes }) => Object.keys(attributes)),
    [],
  )
  // by hand nobody waits either
  t.is((await study.ask({ count: 12 })).length, 12)

  // replay: what each trial had seen, in the order of the log
  const log = await connectionOf(storage).open('a')
  const events = await log.read(0, 10_000)
  const plan = spacePlan('test', space)
  const suggester = samplerPlanOf(sampler)?.start({
    space: plan.flat,
    encode: plan.encode,
    directions: ['minimize'],
    seed: 5,
  })
  let told = 0
  for (const { number, params } of study.trials) {
    const mark = events.find((event) => event.kind === 'attribute' && event.trial === number)
    const seen = Number(mark?.kind === 'attribute' ? mark.value : Number.NaN)
    const asked = number === 0 ? [] : [plan.encode('test', study.trials[number - 1]?.params)]
    const finished = events.filter((event) => event.kind === 'tell' && event.sequence > told && event.sequence <= seen)
    told = seen
    const points = finished.map((event) => {
      const trial = study.trials['trial' in event ? event.trial : -1] as TrialRecord<unknown>
      const step = trial.steps.steps.at(-1) ?? Number.NaN
      return { number: trial.number, status: trial.status as 'completed', values: trial.values, violation: 0, step }
    })
    t.deepEqual(plan.decode((await suggester?.suggest(asked, points)) as Float64Array), params, String(number))
  }
  suggester?.close()
})
