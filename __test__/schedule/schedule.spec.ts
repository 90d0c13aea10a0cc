import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import {
  constant,
  cosineDecay,
  cosineRestarts,
  cyclic,
  epochs,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewise,
  polynomialDecay,
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

testProp(
  'piecewise counts the boundaries that are passed',
  [fc.uniqueArray(length, { maxLength: 6 }), step],
  (t, unsorted, at) => {
    const boundaries = unsorted.sort((a, b) => a - b)
    const values = [...boundaries.keys(), boundaries.length].map((index) => index + 0.5)
    const schedule = piecewise({ boundaries, values })
    t.is(schedule(at, run), boundaries.filter((boundary) => boundary <= at).length + 0.5)
  },
)

testProp('polynomialDecay of power 1 is a line, and its end stays', [rate, rate, length, step], (t, a, b, n, at) => {
  const schedule = polynomialDecay({ initial: a, end: b, decaySteps: n })
  const done = Math.min(at / n, 1)
  t.true(Math.abs(schedule(at, run) - (a * (1 - done) + b * done)) <= 1e-12 * Math.max(a, b, 1))
  t.is(schedule(n + at, run), b)
})

testProp(
  'inverseTimeDecay is its formula and never grows',
  [rate, rate, length, step],
  (t, initial, decayRate, n, at) => {
    const schedule = inverseTimeDecay({ initial, decayRate, decaySteps: n })
    t.is(schedule(at, run), initial / (1 + decayRate * (at / n)))
    const stairs = inverseTimeDecay({ initial, decayRate, decaySteps: n, staircase: true })
    t.is(stairs(at, run), initial / (1 + decayRate * Math.floor(at / n)))
    t.true(schedule(at + 1, run) <= schedule(at, run) && stairs(at, run) >= schedule(at, run))
  },
)

testProp(
  'cosineRestarts finds the cycle that counting finds',
  [length, fc.constantFrom(1, 1.0001, 1.5, 2, 3, 10, 1000), fc.double({ min: 0.1, max: 1, noNaN: true }), step],
  (t, firstCycle, multiplier, decay, at) => {
    let [start, cycleLength, height] = [0, firstCycle, 2]
    // the counting rounds too; a restart a hair later is the same
    while (start + cycleLength <= at + 1e-6) {
      start += cycleLength
      cycleLength *= multiplier
      height *= decay
    }
    const done = Math.max(at - start, 0) / cycleLength
    const expected = 1 + (height * (1 + Math.cos(Math.PI * done))) / 2
    const received = cosineRestarts({ initial: 3, end: 1, firstCycle, multiplier, decay })(at, run)
    t.true(Math.abs(received - expected) <= 1e-6, `${received}, expected ${expected}`)
  },
)

test('cosineRestarts restarts exactly where a cycle ends', (t) => {
  for (const multiplier of [1, 2, 3]) {
    const schedule = cosineRestarts({ initial: 1, firstCycle: 7, multiplier })
    let start = 0
    for (let cycle = 7; start < 1e7; cycle *= multiplier) {
      t.true(schedule(start, run) > 1 - 1e-9, `step ${start}`)
      t.true(start === 0 || schedule(start - 1, run) < 0.1, `before step ${start}`)
      start += multiplier === 1 ? 7 * 1e5 : cycle
    }
  }
})

testProp(
  'oneCycle starts, peaks and ends where it says',
  [fc.integer({ min: 10, max: 5000 }), fc.double({ min: 0.2, max: 0.8, noNaN: true })],
  (t, totalSteps, startFraction) => {
    const schedule = oneCycle({ max: 1, totalSteps, startFraction })
    t.true(Math.abs(schedule(0, run) - 0.04) <= 1e-12)
    t.true(Math.abs(schedule(startFraction * totalSteps - 1, run) - 1) <= 1e-12)
    t.true(Math.abs(schedule(totalSteps - 1, run) - 4e-6) <= 1e-12)
    t.is(schedule(totalSteps + 1e6, run), schedule(totalSteps - 1, run))
  },
)

test('oneCycle of a single step, all rise or all fall is finite', (t) => {
  for (const totalSteps of [1, 2, epochs(0.01)]) {
    for (const startFraction of [0, 0.5, 1]) {
      const schedule = oneCycle({ max: 1, totalSteps, startFraction })
      for (const at of [0, 1, 2, 1000]) t.true(schedule(at, run) > 0 && schedule(at, run) <= 1)
    }
  }
})

testProp('cyclic turns at every half cycle', [length, fc.nat(1000)], (t, halfCycle, cycle) => {
  const [bottom, top] = [2 * halfCycle * cycle, 2 * halfCycle * cycle + halfCycle]
  t.is(cyclic({ min: 1, max: 3, halfCycle })(bottom, run), 1)
  t.is(cyclic({ min: 1, max: 3, halfCycle })(top, run), 3)
  t.is(cyclic({ min: 1, max: 3, halfCycle, mode: 'triangular2' })(top, run), 1 + 2 * 2 ** -cycle)
  t.is(cyclic({ min: 1, max: 3, halfCycle, mode: 'exponential', gamma: 0.9 })(top, run), 1 + 2 * 0.9 ** top)
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
  throwsCode(t, 'ERR_OPTION', () => piecewise({ boundaries: [5, 5], values: [1, 2, 3] }), /\[1\] must be greater/)
  throwsCode(t, 'ERR_OPTION', () => piecewise({ boundaries: [5], values: [1] }), /values must be one more .* \(2\)/)
  throwsCode(t, 'ERR_OPTION', () => piecewise({ boundaries: [5], values: [1, -1] }), /values\[1\] must be ≥ 0/)
  throwsCode(t, 'ERR_OPTION', () => polynomialDecay({ initial: 1, power: 0 }), /power must be > 0, received 0/)
  throwsCode(t, 'ERR_OPTION', () => cosineRestarts({ initial: 1, firstCycle: 1, multiplier: 0.5 }), /in \[1, 1000\]/)
  throwsCode(t, 'ERR_OPTION', () => oneCycle({ max: 1, divide: 0 }), /divide must be ≥ 1, received 0/)
  throwsCode(t, 'ERR_OPTION', () => cyclic({ min: 2, max: 1, halfCycle: 1 }), /max must be at least min \(2\)/)
  throwsCode(t, 'ERR_OPTION', () => cyclic({ min: 1, max: 2, halfCycle: 1, gamma: 0.9 }), /gamma needs mode/)
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
