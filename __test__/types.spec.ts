import test from 'ava'
import { expectTypeOf } from 'expect-type'
import {
  adadelta,
  adagrad,
  adamax,
  type CustomMetric,
  type Dataset,
  type Description,
  dataset,
  dense,
  describe,
  type EpochRecord,
  type FitResult,
  fit,
  functional,
  initialize,
  input,
  type Label,
  lion,
  loadModel,
  type Model,
  type Network,
  type NumberOrSchedule,
  nadam,
  type Optimizer,
  type OptimizerName,
  radam,
  rmsprop,
  type Schedule,
  sequential,
  sgd,
  type Tensor,
  tensor,
  type Value,
} from '../src/index.ts'
import { classifier, clouds, line, rejectsCode } from './helpers.ts'

test('types follow from values', async (t) => {
  expectTypeOf(dataset({ inputs: [[1]], labels: ['a'] })).toEqualTypeOf<Dataset<string>>()
  expectTypeOf(dataset({ inputs: [[1]], labels: [1] })).toEqualTypeOf<Dataset<number>>()
  expectTypeOf(dataset({ inputs: [[1]], labels: Uint8Array.of(1) })).toEqualTypeOf<Dataset<number>>()
  expectTypeOf(dataset({ inputs: [[1]], targets: [1] })).toEqualTypeOf<Dataset<never>>()
  const either = [1, 0] as number[] | string[]
  expectTypeOf(dataset({ inputs: [[1], [2]], labels: either })).toEqualTypeOf<Dataset<Label>>()
  expectTypeOf(clouds().split(0.5)).toEqualTypeOf<[Dataset<string>, Dataset<string>]>()
  expectTypeOf(clouds().split([0.5, 0.25, 0.25])).toEqualTypeOf<[Dataset<string>, Dataset<string>, Dataset<string>]>()
  expectTypeOf(clouds().split([0.5, 0.25, 0.25] as number[])).toEqualTypeOf<Dataset<string>[]>()
  expectTypeOf(tensor([[1]])).toEqualTypeOf<Tensor<Float32Array>>()
  expectTypeOf(tensor(new Uint8Array(1))).toExtend<Tensor<Uint8Array>>()
  for (const optimizer of [sgd, nadam, adamax, radam, rmsprop, adagrad, adadelta, lion]) {
    expectTypeOf(optimizer).returns.toEqualTypeOf<Optimizer>()
    expectTypeOf(optimizer).parameter(0).toExtend<{ learningRate?: NumberOrSchedule; decayAll?: boolean } | undefined>()
  }
  expectTypeOf<OptimizerName>().toEqualTypeOf<
    'sgd' | 'adam' | 'adamw' | 'nadam' | 'adamax' | 'radam' | 'rmsprop' | 'adagrad' | 'adadelta' | 'lion'
  >()
  expectTypeOf((step: number) => step).toExtend<Schedule>()
  t.pass()
})

test('what a run gives follows from its data and metrics', async (t) => {
  const run = fit(classifier(), clouds(), { loss: 'crossEntropy', epochs: 1, metrics: ['accuracy'] })
  expectTypeOf<Awaited<typeof run>>().toEqualTypeOf<FitResult<string, 'accuracy'>>()
  for await (const record of run) {
    expectTypeOf(record).toEqualTypeOf<EpochRecord<'accuracy'>>()
    expectTypeOf(record.accuracy).toEqualTypeOf<number>()
    expectTypeOf(record.validation?.accuracy).toEqualTypeOf<number | undefined>()
    // @ts-expect-error it was not asked for
    void record.meanSquaredError
  }
  const { model, status } = await run
  expectTypeOf(model).toEqualTypeOf<Model<string>>()
  expectTypeOf(status).toEqualTypeOf<'completed' | 'stopped' | 'diverged'>()
  expectTypeOf(model.predictClasses([[1, 2]])).resolves.toEqualTypeOf<string[]>()
  expectTypeOf(model.evaluate(clouds(), { metrics: ['accuracy'] })).resolves.toEqualTypeOf<
    Record<'loss' | 'accuracy', number>
  >()
  expectTypeOf(model.weights()).toEqualTypeOf<Record<string, Tensor<Float32Array>>>()
  // a model without classes can be evaluated on any data, once a loss is named
  const untrained = await initialize(classifier())
  expectTypeOf(untrained).toEqualTypeOf<Model>()
  expectTypeOf(untrained.evaluate(clouds(), { loss: 'crossEntropy' })).resolves.toEqualTypeOf<Record<'loss', number>>()
  expectTypeOf(loadModel<string>).returns.resolves.toEqualTypeOf<Model<string>>()
  t.pass()
})

test('a metric of your own is typed where it is written', async (t) => {
  const run = fit(sequential([input({ shape: [2] }), dense(1)]), line(), {
    loss: 'meanSquaredError',
    epochs: 1,
    metrics: [
      'r2',
      {
        name: 'count',
        evaluate: (predictions, targets) => {
          expectTypeOf(predictions).toEqualTypeOf<Tensor<Float32Array>>()
          expectTypeOf(targets).toEqualTypeOf<Tensor<Float32Array> | readonly Label[]>()
          return predictions.data.length
        },
      },
    ],
  })
  for await (const record of run) t.is(record.count, 64)
  const own: CustomMetric<'own'> = { name: 'own', evaluate: () => 1 }
  const other = fit(sequential([input({ shape: [2] }), dense(1)]), line(), { loss: 'meanSquaredError', metrics: [own] })
  expectTypeOf(other).resolves.toEqualTypeOf<FitResult<never, 'own'>>()
  await other
  const network = sequential([input({ shape: [2] }), dense(1)])
  // @ts-expect-error there is no such metric
  await rejectsCode(t, 'ERR_OPTION', () => fit(network, line(), { loss: 'meanSquaredError', metrics: ['acuracy'] }))
})

test('names of outputs are known', async (t) => {
  const network = functional({ x: input({ shape: [2] }) }, ({ x }) => {
    expectTypeOf(x).toEqualTypeOf<Value>()
    return { kind: dense(3)(x), size: dense(1)(x) }
  })
  expectTypeOf(network).toEqualTypeOf<Network<'kind' | 'size'>>()
  expectTypeOf(functional({ x: input({ shape: [2] }) }, ({ x }) => dense(1)(x))).toEqualTypeOf<Network>()
  expectTypeOf(sequential([input({ shape: [2] }), dense(1)])).toEqualTypeOf<Network>()
  const inputs = { x: [[1, 2]] }
  const data = dataset({ inputs, labels: { kind: ['a'] }, classes: { kind: ['a', 'b', 'c'] }, targets: { size: [1] } })
  const run = fit(network, data, {
    loss: { kind: 'crossEntropy', size: 'meanSquaredError' },
    metrics: { kind: ['accuracy'] },
    epochs: 1,
  })
  for await (const record of run) {
    expectTypeOf(record).toEqualTypeOf<EpochRecord<'kind/loss' | 'size/loss' | 'kind/accuracy'>>()
    expectTypeOf(record['kind/accuracy']).toEqualTypeOf<number>()
    // @ts-expect-error it was not asked for
    void record['size/meanSquaredError']
    // @ts-expect-error it has another name
    void record.accuracy
  }
  const { model } = await run
  const tensors = await model.predict(inputs)
  expectTypeOf(tensors).toEqualTypeOf<{ readonly kind: Tensor<Float32Array>; readonly size: Tensor<Float32Array> }>()
  expectTypeOf(model.predictSync(inputs).size).toEqualTypeOf<Tensor<Float32Array>>()
  expectTypeOf((await model.predictClasses(inputs)).kind).toEqualTypeOf<string[]>()
  const measured = await model.evaluate(data, { metrics: { size: ['meanSquaredError'] } })
  expectTypeOf(measured).toEqualTypeOf<Record<'loss' | 'kind/loss' | 'size/loss' | 'size/meanSquaredError', number>>()
  const never = (_: () => unknown): void => {
    t.pass()
  }
  // @ts-expect-error a record by the names of the outputs
  never(() => fit(network, data, { loss: 'crossEntropy' }))
  // @ts-expect-error a loss is missing
  never(() => fit(network, data, { loss: { kind: 'crossEntropy' } }))
  const loss = { kind: 'crossEntropy', size: 'meanSquaredError' } as const
  expectTypeOf(describe(network, { loss, validation: data })).toEqualTypeOf<Description>()
  expectTypeOf(describe(classifier(), { loss: 'crossEntropy', validation: clouds() })).toEqualTypeOf<Description>()
  // @ts-expect-error no such metric
  never(() => fit(network, data, { loss, metrics: { kind: ['acc'] } }))
  // @ts-expect-error no such output
  never(() => model.evaluate(data, { metrics: { kinds: ['accuracy'] } }))
  // @ts-expect-error one output without a name
  never(() => fit(classifier(), clouds(), { loss: { output: 'crossEntropy' } }))
  // @ts-expect-error no such input
  never(() => functional({ x: input({ shape: [2] }) }, ({ y }) => y))
  const further = fit(model, data, { loss })
  expectTypeOf((await further).model).toEqualTypeOf<typeof model>()
})

test('misuse that types can see', (t) => {
  const never = (_: () => unknown): void => {
    t.pass()
  }
  // @ts-expect-error a loss is needed
  never(() => fit(classifier(), clouds(), {}))
  // @ts-expect-error no such optimizer
  never(() => fit(classifier(), clouds(), { loss: 'crossEntropy', optimizer: 'adammm' }))
  // @ts-expect-error no such option
  never(() => sgd({ lr: 1 }))
  // @ts-expect-error a switch is no schedule
  never(() => rmsprop({ centered: () => 1 }))
  // @ts-expect-error lion has no denominator
  never(() => lion({ epsilon: 1e-8 }))
  // @ts-expect-error either targets or labels
  never(() => dataset({ inputs: [[1]] }))
  // @ts-expect-error the input comes first
  never(() => sequential([]))
  const numbers = dataset({ inputs: [[1, 2]], labels: [1] })
  // @ts-expect-error validation with other labels
  never(() => fit(classifier(), clouds(), { loss: 'crossEntropy', validation: numbers }))
  expectTypeOf(line()).toEqualTypeOf<Dataset<never>>()
})
