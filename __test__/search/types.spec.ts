import test from 'ava'
import { expectTypeOf } from 'expect-type'
import {
  type AskedTrial,
  array,
  choice,
  createStudy,
  float,
  int,
  narrow,
  ordinal,
  type ParamsOf,
  type SearchSpace,
  searchSpace,
  type TrialRecord,
} from '../../src/index.ts'

test('the type of params follows from the space', (t) => {
  const space = searchSpace({
    learningRate: float(1e-4, 1e-1, { scale: 'log' }),
    units: int(16, 512, { scale: 'log', step: 16 }),
    batchSize: choice([32, 64, 128]),
    depth: ordinal([1, 2, 4]),
    name: choice(['a', 'b', null, true]),
    shape: choice([[32], [64, 32]]),
    optimizer: choice({
      sgd: { momentum: float(0, 0.99), schedule: choice({ step: { every: int(1, 9) }, none: {} }) },
      adam: {},
    }),
    widths: array(int(16, 256), { length: 'layers', max: 4 }),
    kinds: array(choice(['x', 'y']), { length: 2 }),
    layers: int(1, 4),
  })
  type Params = ParamsOf<typeof space>
  expectTypeOf<Params>().toEqualTypeOf<{
    readonly learningRate: number
    readonly units: number
    readonly batchSize: 32 | 64 | 128
    readonly depth: 1 | 2 | 4
    readonly name: 'a' | 'b' | null | true
    readonly shape: readonly [32] | readonly [64, 32]
    readonly optimizer:
      | { readonly kind: 'adam' }
      | {
          readonly kind: 'sgd'
          readonly momentum: number
          readonly schedule: { readonly kind: 'none' } | { readonly kind: 'step'; readonly every: number }
        }
    readonly widths: readonly number[]
    readonly kinds: readonly ('x' | 'y')[]
    readonly layers: number
  }>()
  const branch = (params: Params): number | undefined => {
    // @ts-expect-error adam has no momentum
    void params.optimizer.momentum
    // @ts-expect-error no such parameter
    void params.learningrate
    // @ts-expect-error no such branch
    void (params.optimizer.kind === 'rmsprop')
    // @ts-expect-error no such value
    void (params.batchSize === 33)
    return params.optimizer.kind === 'sgd' ? params.optimizer.momentum : undefined
  }
  expectTypeOf(branch).returns.toEqualTypeOf<number | undefined>()
  expectTypeOf(space).toExtend<SearchSpace>()
  t.pass()
})

test('misuse that types can see', (t) => {
  const never = (_: () => unknown): void => {
    t.pass()
  }
  // @ts-expect-error no such scale
  never(() => float(0, 1, { scale: 'exp' }))
  // @ts-expect-error no such option
  never(() => int(0, 1, { log: true }))
  // @ts-expect-error an order of things without one
  never(() => ordinal([true, false]))
  // @ts-expect-error not a parameter
  never(() => searchSpace({ a: 1 }))
  // @ts-expect-error no such name beside it
  never(() => searchSpace({ widths: array(int(0, 1), { length: 'layer', max: 2 }), layers: int(1, 2) }))
  // @ts-expect-error not an int
  never(() => searchSpace({ widths: array(int(0, 1), { length: 'layers', max: 2 }), layers: float(1, 2) }))
  // @ts-expect-error not in the same branch
  never(() => searchSpace({ a: choice({ p: { widths: array(int(0, 1), { length: 'n', max: 2 }) } }), n: int(1, 2) }))
  never(() => searchSpace({ a: choice({ p: { widths: array(int(0, 1), { length: 'n', max: 2 }), n: int(1, 2) } }) }))
  // @ts-expect-error a length is needed
  never(() => array(int(0, 1), { max: 2 }))
})

test('what a study gives follows from its space', async (t) => {
  const space = searchSpace({ depth: ordinal([1, 2]), rule: choice({ sgd: { momentum: float(0, 1) }, adam: {} }) })
  type Params = ParamsOf<typeof space>
  await using study = await createStudy({
    space,
    direction: 'minimize',
    constraints: (params) => {
      expectTypeOf(params).toEqualTypeOf<Params>()
      return [0]
    },
  })
  const run = study.optimize(
    (params, trial) => {
      expectTypeOf(params).toEqualTypeOf<Params>()
      expectTypeOf(trial.params).toEqualTypeOf<Params>()
      expectTypeOf(trial.signal).toEqualTypeOf<AbortSignal>()
      // @ts-expect-error it is told what the objective gives
      void trial.tell
      return params.rule.kind === 'sgd' ? params.rule.momentum : params.depth
    },
    { trials: 2 },
  )
  for await (const record of run) expectTypeOf(record).toEqualTypeOf<TrialRecord<Params>>()
  const { best, status } = await run
  expectTypeOf(best).toEqualTypeOf<TrialRecord<Params> | undefined>()
  expectTypeOf(status).toEqualTypeOf<'completed' | 'stopped' | 'exhausted'>()
  expectTypeOf(study.best?.params.depth).toEqualTypeOf<1 | 2 | undefined>()
  expectTypeOf(await study.ask()).toEqualTypeOf<AskedTrial<Params>>()
  expectTypeOf(await study.ask({ count: 1 })).toEqualTypeOf<readonly AskedTrial<Params>[]>()
  expectTypeOf(narrow(study)).toEqualTypeOf<SearchSpace<Params>>()
  await study.enqueue({ depth: 2, rule: { kind: 'adam' } })
  const never = (_: () => unknown): void => {
    t.pass()
  }
  // @ts-expect-error no such depth
  never(() => study.enqueue({ depth: 3, rule: { kind: 'adam' } }))
  // @ts-expect-error adam has no momentum
  never(() => study.enqueue({ depth: 1, rule: { kind: 'adam', momentum: 0 } }))
  // @ts-expect-error no such parameter
  never(() => study.optimize(({ width }) => width))
  // @ts-expect-error a string is no value
  never(() => study.optimize(() => 'good'))
  // @ts-expect-error no such option
  never(() => study.optimize(() => 1, { trial: 1 }))
  // @ts-expect-error no such direction
  never(() => createStudy({ space, direction: 'up' }))
})
