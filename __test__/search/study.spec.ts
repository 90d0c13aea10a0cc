import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import {
  array,
  choice,
  createStudy,
  float,
  grid,
  int,
  listStudies,
  manual,
  median,
  memory,
  noImprovement,
  openStudy,
  random,
  regretBound,
  type Sampler,
  type Study,
  searchSpace,
  type Trial,
  targetReached,
  threshold,
} from '../../src/index.ts'
import { spacePlan } from '../../src/search/space/searchSpace.ts'
import { stoppingPlan } from '../../src/search/stopping/stopping.ts'
import { VERSION } from '../../src/search/study/definition.ts'
import { connectionOf } from '../../src/storage/plan.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'
import { turnsOf } from '../turns.ts'

const space = searchSpace({ x: float(-10, 10), layer: choice({ dense: { units: int(1, 64) }, none: {} }) })
const create = (options: object = {}) => createStudy({ space, direction: 'minimize', seed: 3, ...options })
const parabola = ({ x }: { readonly x: number }): number => (x - 2) ** 2
const shape = ({ trials }: Pick<Study, 'trials'>) =>
  trials.map(({ number, params, value, status }) => ({ number, params, value, status }))

test('a study runs, is iterable, and says what was best', async (t) => {
  await using study = await create()
  const run = study.optimize(parabola, { trials: 30 })
  const seen: number[] = []
  for await (const { number, value, params, status } of run) {
    t.is(value, parabola(params))
    t.is(status, 'completed')
    seen.push(number)
  }
  const { best, trials, status } = await run
  t.is(status, 'completed')
  t.deepEqual(
    seen.toSorted((a, b) => a - b),
    trials.map(({ number }) => number),
  )
  t.is(study.trials.length, 30)
  t.deepEqual(trials, study.trials)
  t.is(best?.value, Math.min(...trials.map(({ value }) => value as number)))
  t.deepEqual(study.best, best)
  t.deepEqual(study.bestTrials, [best])
  t.deepEqual(Object.keys(best?.params ?? {}), ['x', 'layer'])
  t.true(Object.isFrozen(study.trials) && Object.isFrozen(best) && Object.isFrozen(best?.steps.values))
  t.is(study.trials, study.trials)
  const again = await study.optimize(parabola, { trials: 2 })
  t.deepEqual(
    again.trials.map(({ number }) => number),
    [30, 31],
  )
})

test('failures are trials, and the study goes on', async (t) => {
  await using study = await create({ sampler: random() })
  const fault = new TypeError('no')
  const objective = ({ x }: { readonly x: number }, { number }: { readonly number: number }) => {
    if (number === 1) throw fault
    if (number === 2) return Number.NaN
    if (number === 3) return 'failed'
    if (number === 4) return { status: 'failed', reason: 'diverged' } as const
    if (number === 5) return 'what' as never
    if (number === 6) return [1, 2]
    if (number === 7) return 'pruned'
    return x
  }
  const { status } = await study.optimize(objective, { trials: 10 })
  t.is(status, 'completed')
  const [, thrown, none, failed, diverged, odd, many, pruned] = study.trials
  t.like(thrown, { status: 'failed', reason: 'TypeError: no', error: fault, values: [] })
  t.like(none, { status: 'failed', reason: 'NaN' })
  t.is(failed?.status, 'failed')
  t.false('reason' in (failed ?? {}) || 'value' in (failed ?? {}))
  t.like(diverged, { status: 'failed', reason: 'diverged' })
  t.regex(odd?.reason ?? '', /objective: the result must be a number, 'pruned' or 'failed', received "what"/)
  t.regex(many?.reason ?? '', /the result must be a number, .* received an array/)
  t.like(pruned, { status: 'pruned', values: [] })
  const run = study.optimize(
    () => {
      throw fault
    },
    { trials: 5, onError: 'throw', workers: 1 },
  )
  t.is(await t.throwsAsync(run), fault)
  t.is(study.trials.length, 11)
  t.is(study.trials[10]?.status, 'failed')
})

test('asking by hand follows the same rule', async (t) => {
  const valued: Sampler = random()
  await using study = await create({ sampler: valued, pruner: median(), lag: 3 })
  const asked = await study.ask({ count: 3 })
  t.deepEqual(
    asked.map(({ number }) => number),
    [0, 1, 2],
  )
  const error = await rejectsCode(t, 'ERR_BUSY', () => study.ask())
  t.is(error.message, 'study.ask: trial 3 must wait for trial 0, which is not finished (lag 3)')
  await asked[1]?.tell(1)
  await rejectsCode(t, 'ERR_BUSY', () => study.ask(), /trial 0/)
  await rejectsCode(t, 'ERR_BUSY', () => study.ask({ count: 2 }), /trial 3 must wait for trial 0/)
  await asked[0]?.tell(2)
  const two = await study.ask({ count: 2 })
  t.deepEqual(
    two.map(({ number }) => number),
    [3, 4],
  )
  await rejectsCode(t, 'ERR_BUSY', () => study.ask(), /trial 5 must wait for trial 2/)
  t.deepEqual(
    study.trials.map(({ status }) => status),
    ['completed', 'completed', 'running', 'running', 'running'],
  )
  const [, , third] = asked
  third?.note('slow')
  third?.attribute('path', { to: ['weights'] })
  third?.report(0, 5)
  third?.report(2, 4)
  third?.reportFold(0, 1)
  t.false(third?.shouldPrune())
  t.deepEqual(third?.attributes, { path: { to: ['weights'] } })
  throwsCode(t, 'ERR_OPTION', () => third?.report(2, 1), /step must not have been reported before, received 2/)
  throwsCode(t, 'ERR_OPTION', () => third?.report(-1, 1), /step must be an integer ≥ 0/)
  throwsCode(t, 'ERR_OPTION', () => third?.report(5, '1' as never), /value must be a number/)
  throwsCode(t, 'ERR_OPTION', () => third?.attribute('downslope:x', 1), /name must be a string/)
  throwsCode(t, 'ERR_OPTION', () => third?.note(1 as never), /text must be a string/)
  await rejectsCode(t, 'ERR_OPTION', () => third?.tell(['a'] as never) as Promise<void>, /must be a number/)
  await third?.tell('pruned')
  t.like(study.trials[2], { status: 'pruned', value: 4, notes: ['slow'], attributes: { path: { to: ['weights'] } } })
  t.deepEqual(study.trials[2]?.steps, { steps: [0, 2], values: [5, 4] })
  t.deepEqual(study.trials[2]?.folds, { steps: [0], values: [1] })
  await rejectsCode(t, 'ERR_CLOSED', () => third?.tell(1) as Promise<void>, /attempt 1 of trial 2 must still run/)
  throwsCode(t, 'ERR_CLOSED', () => third?.report(9, 1))
})

test('samplers that ignore values wait for nobody', async (t) => {
  await using study = await create({ sampler: random(), pruner: threshold({ upper: 3 }), lag: 1 })
  const asked = await study.ask({ count: 20 })
  t.is(asked.length, 20)
  asked[4]?.report(0, 4)
  t.true(asked[4]?.shouldPrune())
  asked[5]?.report(0, Number.NaN)
  t.true(asked[5]?.shouldPrune())
  await asked[5]?.tell('pruned')
  t.like(study.trials[5], { status: 'pruned', values: [] })
})

test('a space that has been tried is exhausted', async (t) => {
  const small = searchSpace({ a: int(1, 2), b: choice(['x', 'y']) })
  for (const sampler of [grid(), random()]) {
    await using study = await createStudy({ space: small, direction: 'maximize', sampler })
    const { status, trials } = await study.optimize(({ a }) => a)
    t.is(status, 'exhausted')
    t.is(new Set(trials.map(({ params }) => JSON.stringify(params))).size, 4)
    t.is(trials.length, 4)
    await rejectsCode(t, 'ERR_OPTION', () => study.ask(), /every combination/)
    t.deepEqual(await study.ask({ count: 3 }), [])
  }
  const list = [
    { a: 2, b: 'x' },
    { a: 1, b: 'x' },
  ] as const
  await using study = await createStudy({ space: small, direction: 'minimize', sampler: manual(list) })
  const { best, status } = await study.optimize(({ a }) => a)
  t.is(status, 'exhausted')
  t.deepEqual(best?.params, { a: 1, b: 'x' })
})

test('a grid thins what is continuous; what has steps is thinned where it is named', async (t) => {
  const space = searchSpace({ rate: float(1e-3, 1e-1, { scale: 'log' }), size: int(10, 40) })
  const run = async (sampler: Sampler) => {
    await using study = await createStudy({ space, direction: 'minimize', sampler })
    const { trials, status } = await study.optimize(({ rate }) => rate, { workers: 1 })
    t.is(status, 'exhausted')
    return trials.map(({ params }) => params)
  }
  t.is((await run(grid({ resolution: 3 }))).length, 93)
  const nine = await run(grid({ resolution: { rate: 3, size: 3 } }))
  t.is(nine.length, 9)
  t.deepEqual([...new Set(nine.map(({ size }) => size))], [10, 25, 40])
})

test('enqueued parameters are bound to a number', async (t) => {
  await using study = await create()
  const params = { x: 2, layer: { kind: 'dense', units: 8 } } as const
  t.is(await study.enqueue(params), 0)
  t.is(await study.enqueue({ ...params, x: 3 }), 1)
  await rejectsCode(t, 'ERR_OPTION', () => study.enqueue({ ...params, x: 30 }), /study.enqueue: params.x must be/)
  const { best } = await study.optimize(parabola, { trials: 5 })
  t.is(best?.number, 0)
  t.deepEqual(best?.params, params)
  t.is(study.trials[1]?.params.x, 3)
  t.is(await study.enqueue(params), 5)
})

test('several directions have a front, and constraints what is feasible', async (t) => {
  const study = await createStudy({
    space: searchSpace({ x: float(0, 1), y: float(0, 1) }),
    directions: ['minimize', 'maximize'],
    constraints: ({ x }, trial) => [x - 0.75, trial.number === 0 ? 1 : 0],
  })
  await study.optimize(({ x, y }) => [x, y], { trials: 40 })
  t.is(study.best, undefined)
  const able = study.trials.filter(({ params, number }) => params.x <= 0.75 && number > 0)
  const front = able.filter((a) => !able.some((b) => b.params.x < a.params.x && b.params.y > a.params.y))
  t.deepEqual(study.bestTrials, front)
  t.true(front.length > 1)
  t.deepEqual(study.trials[0]?.constraints?.length, 2)
  await study.close()
  const one = await createStudy({ space, direction: 'minimize', constraints: () => [1] })
  const { best } = await one.optimize(parabola, { trials: 5 })
  t.is(best, undefined)
  const odd = await createStudy({ space, direction: 'minimize', constraints: () => [Number.NaN] })
  await odd.optimize(parabola, { trials: 2 })
  t.regex(odd.trials[0]?.reason ?? '', /constraints: they must give an array of numbers/)
})

test('stopping rules look at declared history, so workers do not matter', async (t) => {
  const counts = new Set<number>()
  for (const workers of [1, 3, 8]) {
    await using study = await create({ sampler: random() })
    const slow = async ({ x }: { readonly x: number }) => {
      await sleep(Math.random() * 3)
      return parabola({ x })
    }
    const { status } = await study.optimize(slow, { trials: 200, workers, stopping: noImprovement({ trials: 10 }) })
    t.is(status, 'stopped')
    counts.add(study.trials.length)
  }
  t.is(counts.size, 1)
  await using study = await create({ lag: 1 })
  const { best, trials } = await study.optimize(parabola, {
    stopping: [targetReached(1), noImprovement({ trials: 999 })],
  })
  t.true((best?.value ?? 9) <= 1)
  t.is(best?.number, trials.length - 1)
})

test('a regret bound ends a search when nothing more is to be had', async (t) => {
  const small = searchSpace({ x: float(0, 1), y: float(0, 1) })
  const bowl = ({ x, y }: { readonly x: number; readonly y: number }): number => (x - 0.3) ** 2 + (y - 0.6) ** 2
  const counts = new Set<number>()
  for (const workers of [1, 4]) {
    await using study = await createStudy({ space: small, direction: 'minimize', sampler: random(), seed: 1 })
    const stopping = regretBound({ tolerance: 0.02, startupTrials: 10 })
    const { status, best } = await study.optimize(bowl, { trials: 100, workers, stopping })
    t.is(status, 'stopped')
    t.true((best?.value ?? 1) < 0.02)
    counts.add(study.trials.length)
  }
  t.is(counts.size, 1)
  await using study = await createStudy({ space: small, direction: 'maximize', sampler: random(), seed: 1 })
  const rough = async (params: { readonly x: number; readonly y: number }, trial: Trial<unknown>): Promise<number> => {
    for (let fold = 0; fold < 5; fold++) trial.reportFold(fold, ((fold * 7) % 5) / 20 - bowl(params))
    return 0.1 - bowl(params)
  }
  const { status } = await study.optimize(rough, { trials: 100, stopping: regretBound({ startupTrials: 10 }) })
  t.is(status, 'stopped')
  t.true(study.trials.length < 60)
  // without folds and a tolerance nothing is known of the noise: it never ends a search
  await using bare = await createStudy({ space: small, direction: 'minimize', sampler: random() })
  const open = await bare.optimize(bowl, { trials: 40, stopping: regretBound() })
  t.deepEqual([open.status, open.trials.length], ['completed', 40])
  await using nothing = await createStudy({
    space: searchSpace({ none: array(float(0, 1), { length: 0 }) }),
    direction: 'minimize',
  })
  let called = 0
  const count = (): number => called++
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => nothing.optimize(count, { trials: 60, stopping: regretBound({ tolerance: 1 }) }),
    /study.optimize: stopping: regretBound needs a space of at least one parameter/,
  )
  t.is(called, 0)
  await using both = await createStudy({ space: small, directions: ['minimize', 'minimize'] })
  const several = (): PromiseLike<unknown> =>
    both.optimize(({ x, y }) => [x, y], { trials: 9, stopping: targetReached(1) })
  await rejectsCode(t, 'ERR_OPTION', several, /stopping must be left out with several directions/)
})

test('the event loop turns while a regret bound looks at many trials', async (t) => {
  const { flat, encode } = spacePlan('test', searchSpace({ x: float(0, 1) }))
  const failed = { status: 'failed', values: [], violation: 0 }
  const seen: number[] = []
  let turn = () => 0
  const history = {
    count: 40,
    trial(position: number): unknown {
      // longer than the event loop may be held
      for (const end = performance.now() + 2; performance.now() < end; );
      seen.push(turn())
      return position % 2 > 0 ? failed : { status: 'completed', values: [position % 7], violation: 0 }
    },
  }
  const point = () => encode('test', { x: 0.5 })
  const context = { history, direction: 'minimize', space: flat, point, study: {} }
  const plan = stoppingPlan(regretBound({ tolerance: 1e-9 }))
  const { value } = await turnsOf(async (turns) => {
    turn = turns
    return plan?.stop(context as never)
  })
  t.false(value)
  t.is(new Set(seen).size, 40)
})

test('stop ends early, and what was interrupted comes back', async (t) => {
  await using study = await create({ sampler: random() })
  const interrupted = async ({ x }: { readonly x: number }, trial: { number: number; signal: AbortSignal }) => {
    if (trial.number > 3) await sleep(60_000, undefined, { signal: trial.signal })
    return x
  }
  const run = study.optimize(interrupted, { workers: 2 })
  for await (const { number } of run) if (number === 3) run.stop()
  const { status, trials } = await run
  t.is(status, 'stopped')
  t.deepEqual(
    trials.map(({ number }) => number),
    [0, 1, 2, 3],
  )
  t.true(study.trials.slice(4).every((trial) => trial.status === 'running'))
  const begun = study.trials.map(({ params }) => params)
  const rest = await study.optimize(({ x }) => x, { trials: 6 })
  t.deepEqual(
    rest.trials.map(({ number }) => number),
    [4, 5, 6, 7, 8, 9],
  )
  t.deepEqual(
    study.trials.slice(0, begun.length).map(({ params }) => params),
    begun,
  )
  t.true(study.trials.slice(4, begun.length).every(({ attempt }) => attempt === 2))

  const controller = new AbortController()
  const reason = new Error('enough')
  const aborted = study.optimize(() => new Promise<number>(() => {}), { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  t.is(await t.throwsAsync(aborted), reason)
  const timed = await study.optimize(interrupted, { timeout: 30, workers: 1 })
  t.is(timed.status, 'stopped')
  await using other = await create({ sampler: random() })
  const hung = await other.optimize((_, { number }) => (number === 1 ? new Promise<number>(() => {}) : 1), {
    trials: 3,
    trialTimeout: 30,
  })
  t.deepEqual(
    hung.trials.map(({ status, reason }) => reason ?? status),
    ['completed', 'timeout', 'completed'],
  )
})

test('close ends what runs and is idempotent', async (t) => {
  const storage = memory()
  const study = await create({ storage, name: 'a' })
  let signal: AbortSignal | undefined
  const run = study.optimize(
    (_, trial) => {
      signal = trial.signal
      return new Promise<number>(() => {})
    },
    { workers: 1 },
  )
  while (signal === undefined) await sleep(5)
  await study.close()
  await study.close()
  t.true(study.closed)
  await rejectsCode(t, 'ERR_CLOSED', () => run, /the study 'a' was closed/)
  t.true((signal as AbortSignal | undefined)?.aborted)
  await rejectsCode(t, 'ERR_CLOSED', () => study.ask(), /is closed/)
  await rejectsCode(t, 'ERR_CLOSED', () => study.optimize(parabola, { trials: 1 }))
  await rejectsCode(t, 'ERR_CLOSED', () => study.enqueue(study.trials[0]?.params as never))
  t.is(study.trials.length, 1)
  const again = await openStudy({ storage, name: 'a', space })
  const trial = await again.ask()
  t.is(trial.number, 0)
  t.is(trial.attempt, 2)
  await again.close()
})

test('a study is opened as it was created', async (t) => {
  const storage = memory()
  const study = await create({ storage, name: 'first', pruner: median({ startupTrials: 2 }), lag: 2 })
  await study.optimize(parabola, { trials: 12 })
  await rejectsCode(
    t,
    'ERR_STORAGE',
    () => create({ storage, name: 'first' }),
    /there is a study named 'first' already/,
  )
  const options = { storage, name: 'first' }
  const opened = await openStudy(options)
  t.deepEqual(opened.trials, study.trials)
  t.deepEqual(opened.best, study.best)
  t.deepEqual(opened.pruner.config, median({ startupTrials: 2 }).config)
  t.deepEqual([opened.lag, opened.seed, opened.mode, opened.directions], [2, 3, 'repeatable', ['minimize']])
  const whole = await create({ pruner: median({ startupTrials: 2 }), lag: 2 })
  await whole.optimize(parabola, { trials: 20 })
  await opened.optimize(({ x }) => parabola({ x: x as number }), { trials: 8 })
  t.deepEqual(shape(opened), shape(whole))
  await study.refresh()
  t.deepEqual(shape(study), shape(whole))
  const differs = (change: object, message: RegExp) =>
    rejectsCode(t, 'ERR_STORAGE', () => openStudy({ ...options, ...change }), message)
  await differs(
    { seed: 4 },
    /openStudy: the study 'first' must be opened as it was created, but seed was 3, received 4/,
  )
  await differs({ sampler: grid() }, /sampler was \{.*"kind":"tpe".*received \{"kind":"grid"/)
  await differs({ pruner: median() }, /pruner was .*"startupTrials":2.* received .*"startupTrials":5/)
  await differs({ direction: 'maximize' }, /directions was \["minimize"\], received \["maximize"\]/)
  await differs({ name: 'second' }, /there is no study named "second"/)
  const other = searchSpace({ x: float(-10, 5), layer: choice({ none: {} }) })
  await differs({ space: other }, /in its space layer has no branch dense; x: high was 10 and is 5/)
  const alike = await create({ ...options, ifExists: 'open', pruner: median({ startupTrials: 2 }), lag: 2 })
  t.is(alike.trials.length, 20)
  t.deepEqual(
    (await listStudies(storage)).map(({ name, trials, completed, pruned }) => [name, trials, completed + pruned]),
    [['first', 20, 20]],
  )
  t.is((await create({ storage })).name, 'study-2')
})

test('a study says which version of downslope created it', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Study
  t.is(VERSION, version)
  const storage = memory()
  await using study = await create({ storage, name: 'new', sampler: random() })
  t.is(study.version, version)
  const connection = connectionOf(storage)
  const { log } = await connection.create('new', '')
  const older = { ...JSON.parse(log.definition), downslope: '0.0.9' }
  await connection.create('old', JSON.stringify(older))
  await connection.close()
  await using opened = await create({ storage, name: 'old', sampler: random(), ifExists: 'open' })
  t.is(opened.version, '0.0.9')
  t.is((await opened.optimize(parabola, { trials: 3 })).trials.length, 3)
})

test('a space may become wider, and all who have the study open follow', async (t) => {
  const storage = memory()
  const small = searchSpace({ x: float(0, 1), kind: choice(['a', 'b']) })
  const study = await createStudy({ space: small, direction: 'minimize', storage, name: 'w', sampler: random() })
  await study.optimize(({ x }) => x, { trials: 20 })
  const wide = searchSpace({ x: float(-9, 1), kind: choice(['c', 'a', 'b']) })
  const opened = await openStudy({ storage, name: 'w', space: wide })
  const { trials } = await opened.optimize(({ x }) => x, { trials: 30 })
  t.true(trials.some(({ params }) => params.x < 0))
  t.true(trials.some(({ params }) => params.kind === 'c'))
  await study.refresh()
  t.is(study.space.hash, wide.hash)
  t.deepEqual(shape(study), shape(opened))
  const third = await openStudy({ storage, name: 'w' })
  t.is(third.space.hash, wide.hash)
})
