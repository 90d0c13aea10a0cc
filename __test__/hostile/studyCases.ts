import * as d from '../../src/index.ts'
import { type Call, followed, type Make, plain } from './calls.ts'
import type { Case, World } from './world.ts'

const space = (): d.SearchSpace<{ readonly x: number; readonly k: unknown }> =>
  d.searchSpace({ x: d.float(0, 1), k: d.choice({ a: { n: d.int(1, 9) }, b: {} }) })
const params = (): object => ({ x: 0.5, k: { kind: 'a', n: 3 } })

/** A parameter is put into a space, and parameters are read by it. */
function parameter(of: string, make: Make, beside: object = {}): Case {
  return plain(of, make, async (made: d.Parameter) => {
    const whole = (d.searchSpace as Call)({ made, ...beside }) as d.SearchSpace
    const study = await d.createStudy({ space: whole, direction: 'minimize' })
    try {
      return await study.ask()
    } finally {
      await study.close()
    }
  })
}

/** A study is run with it for a few trials. */
function used(of: string, name: 'pruner' | 'sampler' | 'stopping', make: Make): Case {
  return plain(of, make, async (made) => {
    const { stopping, ...options } = { stopping: undefined, [name]: made }
    const study = await d.createStudy({ space: space(), direction: 'minimize', ...(options as object) })
    try {
      const objective = ({ x }: { readonly x: number }, trial: d.Trial<unknown>): number | 'pruned' => {
        for (let step = 0; step < 3; step++) {
          trial.report(step, x / (step + 1))
          trial.reportFold(step, x)
          if (trial.shouldPrune()) return 'pruned'
        }
        return x
      }
      return await study.optimize(objective, { trials: 12, ...(stopping === undefined ? {} : { stopping }) })
    } finally {
      await study.close()
    }
  })
}

/** A method of a study with some trials. */
function method(of: string, make: Make, follow: (value: never, world: World) => unknown = (value) => value): Case {
  return {
    of: `Study.${of}`,
    make,
    async call(values, world) {
      const study = world.own(await d.createStudy({ space: space(), direction: 'minimize' }))
      await study.optimize(({ x }) => x, { trials: 3 })
      const methods = study as unknown as Readonly<Record<string, Call>>
      return follow((await (methods[of] as Call).call(study, ...values)) as never, world)
    },
  }
}

/** A method of a trial that was asked for. */
function trial(of: string, make: Make): Case {
  return {
    of: `Trial.${of}`,
    make,
    async call(values, world) {
      const study = world.own(await d.createStudy({ space: space(), direction: 'minimize', pruner: d.median() }))
      const asked = (await study.ask()) as unknown as Readonly<Record<string, Call>>
      return (asked[of] as Call)(...values)
    },
  }
}

/** Spaces, studies and what they take. */
export const studyCases: readonly Case[] = [
  plain('memory', () => []),
  plain('listStudies', () => [d.memory()]),
  plain('sqlite', (world) => [world.path(), { durability: 'process' }]),

  parameter('float', () => [0, 1, { scale: 'linear', step: 0.25 }]),
  parameter('int', () => [1, 64, { scale: 'log', step: 2 }]),
  parameter('ordinal', () => [[1, 2, 4]]),
  parameter('choice', () => [['a', 1, null, [2]]]),
  parameter('choice', () => [{ a: { n: d.int(1, 9) }, b: {} }]),
  parameter('array', () => [d.float(0, 1), { length: 'size', max: 4 }], { size: d.int(0, 4) }),
  plain('searchSpace', () => [{ x: d.float(0, 1), list: d.array(d.int(0, 9), { length: 'n' }), n: d.int(1, 3) }]),

  used('noPruner', 'pruner', () => []),
  used('median', 'pruner', () => [{ startupTrials: 1, warmupSteps: 1, interval: 1, minTrials: 1 }]),
  used('percentile', 'pruner', () => [{ percentile: 50, startupTrials: 1, warmupSteps: 1, interval: 1, minTrials: 1 }]),
  used('successiveHalving', 'pruner', () => [{ minResource: 1, reductionFactor: 2, skipRungs: 0 }]),
  used('hyperband', 'pruner', () => [{ minResource: 1, maxResource: 3, reductionFactor: 2 }]),
  used('threshold', 'pruner', () => [{ lower: 0, upper: 0.9, warmupSteps: 0, interval: 1 }]),
  used('patient', 'pruner', () => [{ pruner: d.median({ startupTrials: 1 }), patience: 0, minDelta: 0.1 }]),
  used('forgiving', 'pruner', () => []),
  used('wilcoxon', 'pruner', () => [{ level: 0.2, startupFolds: 2 }]),

  used('random', 'sampler', () => [{}]),
  used('grid', 'sampler', () => [{ resolution: 3 }]),
  used('quasiRandom', 'sampler', () => [{}]),
  used('tpe', 'sampler', () => [{ startup: 4, candidates: 8 }]),
  ...['gaussianProcess', 'bayesian'].map((of) =>
    used(of, 'sampler', () => [{ startup: 4, acquisition: 'upperConfidenceBound', kappa: 2, xi: 0.1 }]),
  ),
  used('gaussianProcess', 'sampler', () => [{ acquisition: 'probabilityOfImprovement', xi: 0.1 }]),
  used('manual', 'sampler', () => [[params(), { x: 1, k: { kind: 'b' } }]]),

  used('noImprovement', 'stopping', () => [{ trials: 3, minDelta: 0.1 }]),
  used('regretBound', 'stopping', () => [{ tolerance: 0.5, startupTrials: 3, interval: 2, risk: 0.2 }]),
  used('targetReached', 'stopping', () => [0.2]),

  plain(
    'createStudy',
    () => [
      {
        name: 'first',
        space: space(),
        direction: 'minimize',
        sampler: d.random(),
        pruner: d.median(),
        storage: d.memory(),
        seed: 1,
        lag: 2,
        mode: 'asynchronous',
        constraints: () => [0],
        ifExists: 'open',
      },
    ],
    async (made) => close(await (made as Promise<d.Study>)),
  ),
  plain(
    'createStudy',
    () => [{ space: space(), directions: ['minimize', 'maximize'] }],
    async (made) => close(await (made as Promise<d.Study>)),
  ),
  plain(
    'openStudy',
    async () => {
      const storage = d.memory()
      const options = {
        storage,
        name: 'first',
        space: space(),
        sampler: d.random(),
        pruner: d.median(),
        seed: 1,
        lag: 2,
        mode: 'repeatable',
        constraints: () => [0],
      } as const
      await (await d.createStudy({ ...options, direction: 'minimize' })).close()
      return [{ ...options, direction: 'minimize' }]
    },
    async (made) => close(await (made as Promise<d.Study>)),
  ),
  plain(
    'openStudy',
    async () => {
      const storage = d.memory()
      await (await d.createStudy({ storage, name: 'a', space: space(), directions: ['minimize', 'maximize'] })).close()
      return [{ storage, name: 'a', directions: ['minimize', 'maximize'] }]
    },
    async (made) => close(await (made as Promise<d.Study>)),
  ),
  {
    of: 'Study.optimize',
    make: (world) => [
      ({ x }: { readonly x: number }) => x,
      {
        trials: 5,
        totalTrials: 20,
        workers: 2,
        timeout: 10_000,
        trialTimeout: 5000,
        stopping: [d.noImprovement({ trials: 4 })],
        onError: 'continue',
        signal: world.controller.signal,
      },
    ],
    async call(values, world) {
      const study = world.own(await d.createStudy({ space: space(), direction: 'minimize' }))
      return followed((study.optimize as Call).call(study, ...values), world)
    },
  },
  {
    of: 'narrow',
    make: async (world) => {
      const study = world.own(await d.createStudy({ space: space(), direction: 'minimize' }))
      await study.optimize(({ x }) => x, { trials: 3 })
      return [study, { top: 2, factor: 0.5 }]
    },
    call: (values) => (d.narrow as Call)(...values),
  },
  method('importance', () => []),
  method('ask', () => [{ count: 2 }]),
  method('enqueue', () => [params()]),
  method('refresh', () => []),
  method('close', () => []),
  trial('report', () => [0, 1]),
  trial('reportFold', () => [0, 1]),
  trial('shouldPrune', () => []),
  trial('note', () => ['text']),
  trial('attribute', () => ['name', { list: [1, null] }]),
  trial('tell', () => [1, { reason: 'why' }]),
  trial('tell', () => ['pruned']),
]

async function close(study: d.Study): Promise<unknown> {
  const { trials, best, bestTrials } = study
  await study.close()
  return [trials, best, bestTrials]
}
