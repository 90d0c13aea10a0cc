import test from 'ava'
import * as d from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import { plotImportance, plotSlices } from '../../src/plots.ts'
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

test('nothing in a list is nothing, also where studies are told what to do', async (t) => {
  const space = d.searchSpace({ x: d.float(0, 1) })
  const directions = new Array(2 ** 32 - 1) as 'minimize'[]
  await rejectsCode(
    t,
    'ERR_OPTION',
    () => d.createStudy({ space, directions }),
    /must be one of minimize, maximize, received undefined/,
  )
  await using study = await d.createStudy({ space, direction: 'minimize' })
  const stopping = new Array(1) as d.Stopping[]
  await rejectsCode(t, 'ERR_OPTION', () => study.optimize(({ x }) => x, { trials: 1, stopping }), /stopping must be/)
  await rejectsCode(t, 'ERR_OPTION', () => plotSlices(study, { parameters: new Array(1) }), /parameters must be/)
})

test('parameters that have no end are no parameters', (t) => {
  const params = { x: {} }
  params.x = params
  throwsCode(t, 'ERR_OPTION', () => d.manual([params]), /^manual: list\[0\] must be a value that JSON has/)
})

test('options of a plot are read once', async (t) => {
  await using study = await d.createStudy({ space: d.searchSpace({ x: d.float(0, 1) }), direction: 'minimize' })
  for (const plot of [plotImportance, plotSlices]) {
    let asked = 0
    const options = Object.defineProperty({}, 'height', {
      enumerable: true,
      get: () => (asked++ === 0 ? 300 : t.fail()),
    })
    await plot(study, options)
    t.is(asked, 1)
  }
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

test('numbers whose memory goes away while their shape is read are refused', (t) => {
  const data = new Float32Array(2)
  const shape = Object.defineProperty([2], 0, {
    get() {
      if (data.length > 0) structuredClone(data.buffer, { transfer: [data.buffer] })
      return 2
    },
  })
  throwsCode(t, 'ERR_SHAPE', () => d.tensor({ data, shape }), /must have 0 elements/)
})

test('a list that is empty when it is read is refused', (t) => {
  let asked = 0
  const list = new Proxy([1], { get: (of, key) => (key === 'length' ? (asked++ === 0 ? 1 : 0) : Reflect.get(of, key)) })
  throwsCode(t, 'ERR_OPTION', () => ops.concatenate(list as never, { axis: 0 }), /list must be an array/)
})
