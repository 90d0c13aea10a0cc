import test from 'ava'
import * as d from '../../src/index.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'
import { classifier, labelled } from './world.ts'

/** What the calls with hostile values have found. */
const run = { epoch: 1, stepsPerEpoch: 1, totalSteps: 1 }

test('a schedule that is asked wrongly says so, and what it is made of is the cause', (t) => {
  const schedule = d.warmup({ steps: 2, then: () => boom() })
  const boom = (): never => {
    throw reason
  }
  const reason = new Error('mine')
  throwsCode(t, 'ERR_OPTION', () => schedule(Symbol('step') as never, run), /warmup: step must be a number/)
  throwsCode(t, 'ERR_OPTION', () => schedule(0, undefined as never), /warmup: run must be/)
  t.is(throwsCode(t, 'ERR_OPTION', () => schedule(3, run), /warmup at step 3/).cause, reason)
})

test('lists of nothing end at once, however long they say they are', (t) => {
  const holes = new Array(2 ** 32 - 1)
  throwsCode(t, 'ERR_OPTION', () => d.add(holes), /received undefined/)
  holes[0] = d.input({ shape: [2] })
  throwsCode(t, 'ERR_OPTION', () => d.sequential(holes as never), /layer 2 must be a layer/)
})

test('the length of an array is a length', (t) => {
  const of = (length: unknown): unknown =>
    new Proxy([1], { get: (list, key) => (key === 'length' ? length : Reflect.get(list, key)) })
  for (const length of [Number.NaN, -1, 0.5, 'x']) throwsCode(t, 'ERR_SHAPE', () => d.tensor(of(length) as never))
})

test('a signal that only looks like one is refused', async (t) => {
  const aborting = { loss: 'crossEntropy', epochs: 1 } as const
  const proxy = new Proxy(new AbortController().signal, {})
  for (const signal of [proxy, Object.create(AbortSignal.prototype) as AbortSignal]) {
    await rejectsCode(t, 'ERR_OPTION', () => d.fit(classifier(), labelled(), { ...aborting, signal }), /signal must be/)
    await rejectsCode(t, 'ERR_OPTION', () => d.datasetFrom([{ inputs: 1, targets: 1 }], { signal }), /signal must be/)
  }
})

test('a source without next is refused, and a promise in the place of a value ends nothing', async (t) => {
  const source = { [Symbol.asyncIterator]: () => Promise.reject(new Error('mine')) }
  await rejectsCode(t, 'ERR_DATA', () => d.datasetFrom(source as never), /method next, received a promise/)
  const build = () => Promise.reject(new Error('mine'))
  throwsCode(t, 'ERR_OPTION', () => d.functional({ x: d.input({ shape: [1] }) }, build as never), /received a promise/)
  const evaluate = () => Promise.reject(new Error('mine'))
  const metrics = [{ name: 'own', evaluate }] as never
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => d.fit(classifier(), labelled(), { loss: 'crossEntropy', metrics }),
    /own must give a number/,
  )
  await new Promise((resolve) => setImmediate(resolve))
})
