import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import {
  constant,
  cosineDecay,
  epochs,
  exponentialDecay,
  type ScheduleRun,
  sgd,
  stepDecay,
  warmup,
} from '../../src/index.ts'
import { throwsCode } from '../helpers.ts'

const run: ScheduleRun = { epoch: 1, stepsPerEpoch: 10, totalSteps: 100 }
const rate = fc.double({ min: 0, max: 10, noNaN: true })
const step = fc.integer({ min: 0, max: 10_000 })
const length = fc.integer({ min: 1, max: 5_000 })

testProp('constant is constant', [rate, step], (t, value, at) => {
  t.is(constant(value)(at, run), value)
})

testProp('exponentialDecay is its formula', [rate, length, step], (t, initial, decaySteps, at) => {
  const schedule = exponentialDecay({ initial, decayRate: 0.5, decaySteps })
  t.is(schedule(at, run), initial * 0.5 ** (at / decaySteps))
  const stairs = exponentialDecay({ initial, decayRate: 0.5, decaySteps, staircase: true })
  t.is(stairs(at, run), initial * 0.5 ** Math.floor(at / decaySteps))
})

testProp('stepDecay is its formula and never grows', [rate, length, step], (t, initial, every, at) => {
  const schedule = stepDecay({ initial, every })
  t.is(schedule(at, run), initial * 0.1 ** Math.floor(at / every))
  t.true(schedule(at + 1, run) <= schedule(at, run))
})

testProp(
  'cosineDecay stays between its ends and reaches the last',
  [rate, rate, length, step],
  (t, a, b, decaySteps, at) => {
    const schedule = cosineDecay({ initial: a, end: b, decaySteps })
    const value = schedule(at, run)
    const slack = 1e-12 * Math.max(a, b)
    t.true(value >= Math.min(a, b) - slack && value <= Math.max(a, b) + slack)
    t.true(Math.abs(schedule(0, run) - a) <= slack)
    t.true(Math.abs(schedule(decaySteps, run) - b) <= slack)
    t.is(schedule(decaySteps + at, run), schedule(decaySteps, run))
  },
)

testProp('warmup rises in a line and then hands over', [rate, length, step], (t, target, steps, at) => {
  const schedule = warmup({ steps, then: target })
  t.is(schedule(at, run), at >= steps ? target : target * (at / steps))
})

test('warmup hands over its own step 0', (t) => {
  const schedule = warmup({ steps: 10, from: 1, then: stepDecay({ initial: 2, every: 5 }) })
  t.is(schedule(0, run), 1)
  t.is(schedule(5, run), 1.5)
  t.is(schedule(10, run), 2)
  t.is(schedule(15, run), 0.2)
})

test('lengths default to the run and can be in epochs', (t) => {
  t.is(cosineDecay({ initial: 1 })(100, run), 0)
  t.is(cosineDecay({ initial: 1 })(50, run), 0.5)
  t.is(stepDecay({ initial: 1, every: epochs(2) })(20, run), 0.1)
  t.is(exponentialDecay({ initial: 1, decayRate: 0.5, decaySteps: epochs(1.5) })(15, run), 0.5)
})

test('schedules are frozen and say what they are', (t) => {
  const own = (at: number): number => 1 / (at + 1)
  const schedule = warmup({ steps: epochs(1), then: own })
  t.true(Object.isFrozen(schedule))
  t.deepEqual(JSON.parse(JSON.stringify(schedule.config)), {
    kind: 'warmup',
    steps: { kind: 'epochs', epochs: 1 },
    from: 0,
    then: { kind: 'custom' },
  })
})

test('options out of range are coded errors that say what came', (t) => {
  throwsCode(t, 'ERR_OPTION', () => constant(Number.NaN), /constant: value must be a finite number, received NaN/)
  throwsCode(t, 'ERR_OPTION', () => stepDecay({ initial: -1, every: 1 }), /stepDecay: initial must be ≥ 0, received -1/)
  throwsCode(t, 'ERR_OPTION', () => stepDecay({ initial: 1, every: 0 }), /every must be an integer ≥ 1, received 0/)
  throwsCode(t, 'ERR_OPTION', () => stepDecay({ initial: 1, evry: 1 } as never), /one of initial, factor, every/)
  throwsCode(
    t,
    'ERR_OPTION',
    () => exponentialDecay({ initial: 1 } as never),
    /decayRate must be > 0, received undefined/,
  )
  throwsCode(t, 'ERR_OPTION', () => epochs(0), /epochs: count must be > 0, received 0/)
})

test('what is hidden inside an option and throws is the cause of a coded error', (t) => {
  const boom = new Error('boom')
  const hidden = {
    get kind(): string {
      throw boom
    },
  }
  t.is(throwsCode(t, 'ERR_OPTION', () => stepDecay({ initial: 1, every: hidden as never }), /^stepDecay: /).cause, boom)
  const proxy = new Proxy(() => 1, {
    get() {
      throw boom
    },
  })
  t.deepEqual(sgd({ learningRate: proxy }).config.learningRate, { kind: 'custom' })
})

test('a function of your own is custom, whatever it carries', (t) => {
  const options = { rate: 0.1, table: new Float32Array(2) }
  const own = Object.assign((at: number) => options.rate / (at + 1), { config: { kind: 'constant', options } })
  t.deepEqual(sgd({ learningRate: own }).config.learningRate, { kind: 'custom' })
  t.deepEqual(warmup({ steps: 1, then: own }).config.then, { kind: 'custom' })
  options.rate = 1
  t.is(own(0), 1)
})

test('where a schedule may stand, the message says so', (t) => {
  throwsCode(
    t,
    'ERR_OPTION',
    () => warmup({ steps: 1 } as never),
    /then must be a number ≥ 0 or a schedule, received undef/,
  )
  throwsCode(t, 'ERR_OPTION', () => sgd({ learningRate: '0.1' as never }), /a number ≥ 0 or a schedule, received "0.1"/)
})
