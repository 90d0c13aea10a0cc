/**
 * What every schedule must hold, driven by what `src/schedule/index.ts` exports: a schedule without golden numbers fails.
 *
 * The golden numbers are PyTorch's and Keras' (`golden/schedules.py`). `reduceOnPlateau` is fed by a metric, so that it is
 * no function of the step alone; it has tests of its own.
 */
import { readFileSync } from 'node:fs'
import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { adam, type BuiltInSchedule, type Schedule, type ScheduleRun, sgd } from '../../src/index.ts'
import * as schedules from '../../src/schedule/index.ts'
import { throwsCode } from '../helpers.ts'

const TOLERANCE = 1e-6

interface Golden {
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly cases: readonly Case[]
}
interface Case {
  readonly schedule: string
  readonly options: Record<string, unknown> | number
  readonly against: string
  readonly values: readonly number[]
}

type Factory = (options: unknown) => BuiltInSchedule

const notFactories = ['epochs', 'reduceOnPlateau']
const factories: Record<string, Factory> = Object.fromEntries(
  Object.entries(schedules).filter(([name, value]) => typeof value === 'function' && !notFactories.includes(name)),
) as never
const golden = JSON.parse(readFileSync(new URL('../golden/schedules.json', import.meta.url), 'utf8')) as Golden
const run: ScheduleRun = { epoch: 1, stepsPerEpoch: golden.stepsPerEpoch, totalSteps: golden.totalSteps }

/** Options as the golden file has them: a schedule inside is `{ schedule, options }`. */
function make({ schedule, options }: Pick<Case, 'schedule' | 'options'>): BuiltInSchedule {
  const factory = factories[schedule] as Factory
  if (typeof options === 'number') return factory(options)
  const inner = options.then
  return factory(typeof inner === 'object' ? { ...options, then: make(inner as Case) } : options)
}

test('every schedule has golden numbers', (t) => {
  const covered = new Set(golden.cases.map(({ schedule }) => schedule))
  t.deepEqual([...covered].sort(), Object.keys(factories).sort())
})

for (const entry of golden.cases) {
  const name = `${entry.schedule} ${JSON.stringify(entry.options)}`
  const schedule = make(entry)

  test(`${name} is ${entry.against}`, (t) => {
    t.is(entry.values.length, 1000)
    const wrong = entry.values.flatMap((expected, step) => {
      const received = schedule(step, run)
      // PyTorch's recursions end in 1e-18 rather than 0, and golden numbers have 9 digits
      const fine = Math.abs(received - expected) <= TOLERANCE * Math.max(Math.abs(expected), 1e-9)
      return fine ? [] : [`step ${step}: ${received}, expected ${expected}`]
    })
    t.deepEqual(wrong.slice(0, 5), [])
  })

  testProp(
    `${name}: finite, bounded and pure in long runs`,
    [fc.array(fc.nat(10_000_000), { maxLength: 40 })],
    (t, steps) => {
      const long: ScheduleRun = { ...run, totalSteps: 10_000_000 }
      const [most, least] = [Math.max(...numbersIn(entry.options)), 0]
      const asked = steps.map((step) => schedule(step, long))
      for (const value of asked)
        t.true(Number.isFinite(value) && value >= least && value <= most * (1 + 1e-12), `${value}`)
      const again = steps.map((_, index) => schedule(steps[steps.length - 1 - index] as number, long)).reverse()
      t.deepEqual(again, asked)
    },
  )

  test(`${name}: its config is JSON that makes it again`, (t) => {
    const config = JSON.parse(JSON.stringify(schedule.config)) as Record<string, unknown>
    t.deepEqual(config, schedule.config)
    t.true(Object.isFrozen(schedule) && Object.isFrozen(schedule.config))
    const again = remake(config)
    for (let step = 0; step < 1000; step++) t.is(again(step, run), schedule(step, run))
    t.deepEqual(again.config, schedule.config)
    t.deepEqual(sgd({ learningRate: schedule }).config.learningRate, schedule.config)
  })
}

/** Values that an output may reach: the numbers of the options that stand for values. */
function numbersIn(options: Case['options']): number[] {
  if (typeof options === 'number') return [options]
  return Object.entries(options).flatMap(([name, value]) => {
    if (name === 'values') return value as number[]
    if (name === 'then') return typeof value === 'number' ? [value] : numbersIn((value as Case).options)
    return ['initial', 'max', 'end', 'min', 'from'].includes(name) ? [value as number] : []
  })
}

function remake({ kind, ...options }: Record<string, unknown>): BuiltInSchedule {
  if (kind === 'constant') return (factories.constant as Factory)(options.value)
  const inner = options.then
  return (factories[kind as string] as Factory)(
    typeof inner === 'object' ? { ...options, then: remake(inner as Record<string, unknown>) } : options,
  )
}

for (const [name, factory] of Object.entries(factories)) {
  test(`${name}: given uncalled, the message says so`, (t) => {
    throwsCode(
      t,
      'ERR_OPTION',
      () => adam({ learningRate: factory as unknown as Schedule }),
      /adam: .*call the factory/,
    )
    const { warmup } = schedules
    throwsCode(t, 'ERR_OPTION', () => warmup({ steps: 1, then: factory as unknown as Schedule }), /warmup: .*call the/)
  })

  testProp(`${name}: anything as options gives a schedule or a coded error`, [fc.anything()], (t, options) => {
    try {
      t.is(typeof factory(options), 'function')
    } catch (error) {
      t.is((error as { code?: string }).code, 'ERR_OPTION', String(error))
    }
  })

  test(`${name}: options are read once, and a misspelt one is named`, (t) => {
    if (name === 'constant') return t.pass()
    throwsCode(t, 'ERR_OPTION', () => factory({ inital: 0.1 }), new RegExp(`${name}: options must be one of`))
    return throwsCode(t, 'ERR_OPTION', () => factory(undefined), new RegExp(`^${name}: `))
  })
}
