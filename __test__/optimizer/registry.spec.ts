/** What holds for every optimizer, by being registered. */

import { readFileSync } from 'node:fs'
import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import { fit, type Optimizer, type Schedule } from '../../src/index.ts'
import * as all from '../../src/optimizer/all.ts'
import { numberRanges } from '../../src/optimizer/index.ts'
import { planOf } from '../../src/optimizer/optimizer.ts'
import { classifier, clouds, throwsCode } from '../helpers.ts'

type Options = Record<string, number | boolean | Schedule>
const factories = Object.entries(all) as [string, (options?: Options) => Optimizer][]
const numbersOf = (make: (options?: Options) => Optimizer): string[] => Object.keys(planOf(make())?.numbers ?? {})
const options = factories.flatMap(([kind, make]) => numbersOf(make).map((name) => ({ kind, make, name })))

test('every optimizer has a learning rate, weight decay, and a range for each of its numbers', (t) => {
  for (const [kind, make] of factories) {
    t.is(make().kind, kind)
    const names = numbersOf(make)
    t.true(names.includes('learningRate') && names.includes('weightDecay'), kind)
    for (const name of names) t.true(name in numberRanges, `${kind}: ${name}`)
    throwsCode(t, 'ERR_OPTION', () => make({ lr: 1 }), new RegExp(`^${kind}: options must be one of learningRate`))
    throwsCode(t, 'ERR_OPTION', () => make({ decayAll: 1 }), new RegExp(`^${kind}: decayAll must be true or false`))
  }
})

test('every optimizer is measured against the bytes it has to move', (t) => {
  const tasks = readFileSync(new URL('../../benches/lib/tasks.mjs', import.meta.url), 'utf8')
  for (const [kind] of factories) t.true(tasks.includes(`optimizer: { kind: '${kind}'`), `add ${kind} to FLOORS`)
})

testProp(
  'a number outside its range is refused, by name',
  [fc.constantFrom(...options), fc.oneof(fc.double({ max: -Number.MIN_VALUE }), fc.constant(Number.NaN))],
  (t, { kind, make, name }, value) => {
    throwsCode(t, 'ERR_OPTION', () => make({ [name]: value }), new RegExp(`^${kind}: ${name} must be .*, received`))
  },
)

async function weights(optimizer: Optimizer): Promise<number[]> {
  using data = clouds(20)
  const { model } = await fit(classifier(), data, { loss: 'crossEntropy', optimizer, epochs: 2, batchSize: 5 })
  using trained = model
  return Object.values(trained.weights()).flatMap(({ data: values }) => [...values])
}

const momentum = (name: string): Options => (name === 'dampening' ? { momentum: 0.9 } : {})

// inside the range of each number; not 0, which leaves the momentum out
testProp(
  'any number may be scheduled: a schedule that stays has the bits of the number',
  [fc.constantFrom(...options), fc.double({ min: 0.05, max: 0.9, noNaN: true })],
  async (t, { make, name }, value) => {
    const scheduled = await weights(make({ ...momentum(name), [name]: () => value }))
    t.deepEqual(scheduled, await weights(make({ ...momentum(name), [name]: value })))
  },
  { numRuns: 60 },
)

for (const { kind, make, name } of options) {
  test(`${kind}: ${name} is what its schedule says at each step`, async (t) => {
    const staying = await weights(make({ ...momentum(name), [name]: 0.3 }))
    const moving = (step: number): number => (step % 2 === 0 ? 0.3 : 0.9)
    t.notDeepEqual(await weights(make({ ...momentum(name), [name]: moving })), staying)
  })
}
