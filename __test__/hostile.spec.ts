import { fc, testProp } from '@fast-check/ava'
import test, { type ExecutionContext } from 'ava'
import * as downslope from '../src/index.ts'
import { classifier, clouds } from './helpers.ts'
import { hostile, hostileValues } from './hostile.ts'

type Call = (...values: unknown[]) => unknown
const { DownslopeError, initializers } = downslope

/** Public functions that are called at once; a call either works or throws a coded error. */
const sync: Record<string, Call> = {
  ...Object.fromEntries(Object.entries(initializers).map(([name, call]) => [`initializers.${name}`, call as Call])),
  'dense(4)': (options) => downslope.dense(4, options as never),
  'input shape': (shape) => downslope.input({ shape: shape as never }),
  'dataset inputs': (inputs, targets) => downslope.dataset({ inputs, targets } as never),
  'dataset labels': (inputs, labels) => downslope.dataset({ inputs, labels } as never),
  'dataset good inputs': (labels) => downslope.dataset({ inputs: [[1], [2]], labels } as never),
  'sequential layers': (layer) => downslope.sequential([downslope.input({ shape: [2] }), layer] as never),
  'functional inputs': (inputs, value) => downslope.functional({ x: inputs } as never, () => value as never),
  'functional build': (value) => downslope.functional({ x: downslope.input({ shape: [2] }) }, () => value as never),
  'functional outputs': (value) =>
    downslope.functional({ x: downslope.input({ shape: [2] }) }, () => ({ y: value }) as never),
  'merged values': (value, other) => downslope.concatenate([value, other] as never),
  'concatenate axis': (axis) => downslope.concatenate({ axis: axis as never }),
  'layer value': (value) => downslope.dense(2)(value as never),
}
/** Those that give a promise, or something like one; the compiler knows if one is missing or should not be here. */
const promising: Record<Promising, true> = {
  compareModels: true,
  createStudy: true,
  crossValidate: true,
  datasetFrom: true,
  evaluate: true,
  findBatchSize: true,
  findLearningRate: true,
  fit: true,
  gradient: true,
  initialize: true,
  listStudies: true,
  loadModel: true,
  minimize: true,
  openStudy: true,
  tune: true,
}
type Promising = keyof {
  [K in keyof typeof downslope as (typeof downslope)[K] extends (...values: never) => PromiseLike<unknown>
    ? K
    : never]: true
}
const later: Record<string, Call> = {}
for (const [name, value] of Object.entries(downslope)) {
  if (typeof value !== 'function' || name === 'DownslopeError') continue
  const target = Object.hasOwn(promising, name) ? later : sync
  target[name] = value as Call
}
// a path can be a good one: nothing is to be read from where the tests run
later.loadModel = (path) => downslope.loadModel(typeof path === 'string' ? `${path}.missing` : (path as never))

function coded(t: ExecutionContext, name: string, error: unknown): void {
  if (!DownslopeError.is(error)) throw new Error(`${name} threw something else`, { cause: error })
  t.true(/^ERR_(SHAPE|OPTION|DATA|CHECKPOINT)$/.test(error.code), `${name}: ${error.code} ${error.message}`)
}

for (const [name, call] of Object.entries(sync)) {
  const check = (t: ExecutionContext, values: unknown[]): void => {
    try {
      // a promise that nobody awaits would reject behind the back of the test
      t.false(call(...values) instanceof Promise, `${name} gives a promise, so it belongs to those that are awaited`)
    } catch (error) {
      coded(t, name, error)
    }
  }
  test(`${name}: a hostile value works or gives a coded error`, (t) => {
    for (const value of hostileValues()) {
      check(t, [value])
      check(t, [value, value])
      check(t, [[[1, 2]], value])
    }
  })
  testProp(
    `${name}: anything works or gives a coded error`,
    [fc.array(hostile, { maxLength: 3 })],
    (t, values) =>
      check(
        t,
        values.map((value) => value()),
      ),
    {
      numRuns: 50,
    },
  )
}

for (const [name, call] of Object.entries(later)) {
  test(`${name}: a hostile value gives a coded rejection, never an exception`, async (t) => {
    for (const value of hostileValues()) {
      for (const values of [[value], [clouds(), value], [value, value, value], [classifier(), clouds(), value]]) {
        const promise = call(...values) as PromiseLike<unknown>
        try {
          await promise
        } catch (error) {
          coded(t, name, error)
        }
      }
    }
    t.pass()
  })
}

const options = ['optimizer', 'epochs', 'batchSize', 'validation', 'metrics', 'shuffle', 'seed', 'threads', 'signal']
options.push('classWeights', 'earlyStopping', 'checkpoint', 'resume', 'targetTransform')
for (const option of options) {
  test(`fit: a hostile ${option} gives a coded rejection or works`, async (t) => {
    for (const value of hostileValues()) {
      if (option === 'epochs' && typeof value === 'number' && value > 1000) continue
      const run = downslope.fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 1, [option]: value } as never)
      try {
        const { model } = await run
        model.close()
      } catch (error) {
        coded(t, option, error)
      }
    }
    t.pass()
  })
}

for (const option of ['loss', 'lossWeights', 'metrics'] as const) {
  test(`fit with several outputs: a hostile ${option} gives a coded rejection or works`, async (t) => {
    const { functional, input, dense, dataset, fit } = downslope
    const network = functional({ x: input({ shape: [1] }) }, ({ x }) => ({ a: dense(1)(x), b: dense(1)(x) }))
    const data = dataset({ inputs: { x: [1, 2] }, targets: { a: [1, 2], b: [1, 2] } })
    const loss = { a: 'meanSquaredError', b: 'meanSquaredError' } as const
    for (const hostile of hostileValues()) {
      for (const value of [hostile, { a: hostile }, { a: hostile, b: hostile }]) {
        try {
          const { model } = await fit(network, data, { loss, epochs: 1, [option]: value } as never)
          model.close()
        } catch (error) {
          coded(t, option, error)
        }
      }
    }
    t.pass()
  })
}

const inner: Record<string, (value: unknown) => object> = {
  patience: (patience) => ({ earlyStopping: { patience } }),
  monitor: (monitor) => ({ earlyStopping: { patience: 1, monitor } }),
  restoreBest: (restoreBest) => ({ earlyStopping: { patience: 1, restoreBest } }),
  // a good path would be written to
  path: (path) => ({ checkpoint: { path: typeof path === 'string' ? `${path}/missing/file` : path } }),
  every: (every) => ({ checkpoint: { path: 'missing/file', every } }),
  'class weight': (weight) => ({ classWeights: [weight, 1, weight] }),
  'batch size': (size) => ({ batchSize: () => size }),
}
for (const [option, make] of Object.entries(inner)) {
  test(`fit: a hostile ${option} inside gives a coded rejection or works`, async (t) => {
    for (const value of hostileValues()) {
      try {
        const { model } = await downslope.fit(classifier(), clouds(), {
          loss: 'crossEntropy',
          epochs: 1,
          ...make(value),
        } as never)
        model.close()
      } catch (error) {
        coded(t, option, error)
      }
    }
    t.pass()
  })
}

for (const method of ['predict', 'predictSync', 'predictClasses', 'evaluate', 'setWeights', 'save'] as const) {
  test(`model.${method}: a hostile value gives a coded error`, async (t) => {
    const { model } = await downslope.fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 1 })
    for (const value of hostileValues()) {
      if (method === 'save' && typeof value === 'string') continue
      for (const values of [[value], [[[1, 2]], value]]) {
        if (method === 'save' && values.length > 1) continue
        try {
          await (model[method] as Call).apply(model, values)
        } catch (error) {
          coded(t, method, error)
        }
      }
    }
    t.deepEqual(Object.keys(model.weights()).length, 7)
  })
}

for (const method of ['split', 'kFold', 'subset', 'take', 'concat'] as const) {
  test(`dataset.${method}: a hostile value gives a coded error`, (t) => {
    const data = clouds()
    for (const value of hostileValues()) {
      for (const values of [[value], [0.5, value], [2, value]]) {
        try {
          ;(data[method] as Call).apply(data, values)
        } catch (error) {
          coded(t, method, error)
        }
      }
    }
    t.is(data.size, 60)
  })
}
