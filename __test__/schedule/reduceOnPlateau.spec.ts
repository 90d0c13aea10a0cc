import { readFileSync } from 'node:fs'
import test from 'ava'
import { adam, fit, reduceOnPlateau, sgd, warmup } from '../../src/index.ts'
import { createCompanions, withCompanions } from '../../src/schedule/fed.ts'
import { line, regressor, rejectsCode, throwsCode } from '../helpers.ts'

interface Golden {
  readonly options: Parameters<typeof reduceOnPlateau>[0]
  readonly values: readonly number[]
  readonly rates: readonly number[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/plateau.json', import.meta.url), 'utf8')) as readonly Golden[]

test('it falls when Keras falls', (t) => {
  for (const { options, values, rates } of golden) {
    const schedule = reduceOnPlateau(options)
    const companions = createCompanions()
    const value = (): number => schedule(0, withCompanions({ epoch: 1, stepsPerEpoch: 1, totalSteps: 1 }, companions))
    t.is(value(), options.initial)
    for (const [epoch, monitored] of values.entries()) {
      const record = { loss: monitored, validation: { accuracy: monitored } }
      for (const companion of companions.list) companion.observe(record)
      t.is(value(), rates[epoch] ?? -1, JSON.stringify({ options, epoch }))
    }
  }
})

test('a run feeds it, also inside of another schedule', async (t) => {
  // a rate of 1e-12 improves nothing by 1e-4
  const plateau = reduceOnPlateau({ initial: 1e-12, patience: 2, factor: 0.5, min: 2e-13 })
  for (const learningRate of [plateau, warmup({ steps: 1, from: 1e-12, then: plateau })]) {
    const { history } = await fit(regressor(), line(), {
      loss: 'meanSquaredError',
      optimizer: sgd({ learningRate }),
      epochs: 9,
    })
    t.deepEqual(
      history.map((record) => record.learningRate),
      [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2].map((share) => share * 1e-12),
    )
  }
})

test('outside of a run it is a constant; two runs do not share it', async (t) => {
  const schedule = reduceOnPlateau({ initial: 0.1, patience: 1, factor: 0.5, minDelta: 100 })
  t.is(schedule(5, { epoch: 1, stepsPerEpoch: 1, totalSteps: 1 }), 0.1)
  t.deepEqual(schedule.config, {
    kind: 'reduceOnPlateau',
    initial: 0.1,
    monitor: 'loss',
    factor: 0.5,
    patience: 1,
    minDelta: 100,
    cooldown: 0,
    min: 0,
  })
  const run = () =>
    fit(regressor(), line(), { loss: 'meanSquaredError', optimizer: adam({ learningRate: schedule }), epochs: 4 })
  const results = await Promise.all([run(), run()])
  for (const { history } of results) {
    t.deepEqual(
      history.map((record) => record.learningRate),
      [0.1, 0.1, 0.05, 0.025],
    )
  }
})

test('it says what is wrong before any work', async (t) => {
  throwsCode(t, 'ERR_OPTION', () => reduceOnPlateau({} as never), /initial must be ≥ 0, received undefined/)
  throwsCode(
    t,
    'ERR_OPTION',
    () => reduceOnPlateau({ initial: 1, factor: 1 }),
    /factor must be in \(0, 1\), received 1/,
  )
  throwsCode(t, 'ERR_OPTION', () => reduceOnPlateau({ initial: 1, patience: 1.5 }), /patience must be an integer ≥ 0/)
  throwsCode(t, 'ERR_OPTION', () => reduceOnPlateau({ initial: 1, monitor: 3 as never }), /monitor must be the name/)
  const optimizer = sgd({ learningRate: reduceOnPlateau({ initial: 1, monitor: 'validation.loss' }) })
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => fit(regressor(), line(), { loss: 'meanSquaredError', optimizer }),
    /the monitor of reduceOnPlateau must be one of loss, received "validation.loss"/,
  )
})
