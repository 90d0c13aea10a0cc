import { fc, testProp } from '@fast-check/ava'
import test from 'ava'
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  constant,
  l1,
  l1l2,
  l2,
  lion,
  nadam,
  radam,
  rmsprop,
  sgd,
} from '../../src/index.ts'
import { planOf } from '../../src/optimizer/optimizer.ts'
import { throwsCode } from '../helpers.ts'

test("defaults are PyTorch's", (t) => {
  t.deepEqual(sgd().config, {
    kind: 'sgd',
    learningRate: 1e-3,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    decayAll: false,
  })
  t.like(adam().config, { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, amsgrad: false })
  t.like(adamw().config, { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 })
  const common = { learningRate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decayAll: false }
  t.deepEqual(nadam().config, { kind: 'nadam', ...common, momentumDecay: 4e-3 })
  t.deepEqual(adamax().config, { kind: 'adamax', ...common })
  t.deepEqual(radam().config, { kind: 'radam', ...common, learningRate: 1e-3 })
  t.like(rmsprop().config, {
    learningRate: 0.01,
    rho: 0.99,
    epsilon: 1e-8,
    momentum: 0,
    centered: false,
    weightDecay: 0,
  })
  const adagradDefaults = { learningRate: 0.01, learningRateDecay: 0, initialAccumulator: 0, epsilon: 1e-10 }
  t.like(adagrad().config, { ...adagradDefaults, weightDecay: 0 })
  t.like(adadelta().config, { learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 })
})

test("lion's defaults are those of its authors", (t) => {
  t.deepEqual(lion().config, {
    kind: 'lion',
    learningRate: 1e-4,
    beta1: 0.9,
    beta2: 0.99,
    weightDecay: 0,
    decayAll: false,
  })
})

test('the engine gets the rule and its flags, numbers travel apart', (t) => {
  t.deepEqual(planOf(sgd())?.rule, { kind: 'sgd', nesterov: false, momentum: false })
  t.deepEqual(planOf(sgd({ momentum: 0.9, nesterov: true }))?.rule, { kind: 'sgd', nesterov: true, momentum: true })
  t.deepEqual(planOf(sgd({ momentum: constant(0) }))?.rule, { kind: 'sgd', nesterov: false, momentum: true })
  t.deepEqual(planOf(adam({ amsgrad: true }))?.rule, { kind: 'adam', amsgrad: true })
  t.deepEqual(planOf(rmsprop())?.rule, { kind: 'rmsprop', centered: false, momentum: false })
  t.deepEqual(planOf(rmsprop({ momentum: () => 0, centered: true }))?.rule, {
    kind: 'rmsprop',
    centered: true,
    momentum: true,
  })
  t.is(planOf({ kind: 'sgd' }), undefined)
})

test('optimizers are frozen, schedules appear in the config', (t) => {
  const optimizer = adam({ learningRate: constant(0.1), beta1: () => 0.5 })
  t.true(Object.isFrozen(optimizer) && Object.isFrozen(optimizer.config))
  t.like(optimizer.config, { learningRate: { kind: 'constant', value: 0.1 }, beta1: { kind: 'custom' } })
})

const outside = fc.oneof(fc.double({ min: 1 }), fc.double({ max: -Number.MIN_VALUE }), fc.constant(Number.NaN))
testProp('betas and momentum outside [0, 1) are refused', [outside], (t, value) => {
  throwsCode(t, 'ERR_OPTION', () => adam({ beta1: value }), /^adam: beta1 must be in \[0, 1\), received/)
  throwsCode(t, 'ERR_OPTION', () => adamw({ beta2: value }), /^adamw: beta2 must be in \[0, 1\), received/)
  throwsCode(t, 'ERR_OPTION', () => sgd({ momentum: value }), /^sgd: momentum must be in \[0, 1\), received/)
})

test('messages say where, what must hold and what came', (t) => {
  const { message } = throwsCode(t, 'ERR_OPTION', () => adamw({ beta1: 1.2 }))
  t.is(message, 'adamw: beta1 must be in [0, 1), received 1.2')
  throwsCode(t, 'ERR_OPTION', () => sgd({ learningRate: -0.1 }), /learningRate must be ≥ 0, received -0.1/)
  throwsCode(t, 'ERR_OPTION', () => sgd({ nesterov: true }), /nesterov needs momentum/)
  throwsCode(t, 'ERR_OPTION', () => adam({ lr: 0.1 } as never), /options must be one of learningRate, .*received "lr"/)
})

test('regularisers are frozen configs', (t) => {
  t.deepEqual(l1(0.1, { proximal: true }).config, { l1: 0.1, l2: 0, proximal: true })
  t.deepEqual(l2(0.1).config, { l1: 0, l2: 0.1, proximal: false })
  t.deepEqual(l1l2({ l1: 1, l2: 2 }).config, { l1: 1, l2: 2, proximal: false })
  t.true(Object.isFrozen(l2(1).config))
  throwsCode(t, 'ERR_OPTION', () => l2(-1), /l2: λ must be ≥ 0, received -1/)
})
