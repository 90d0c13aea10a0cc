export { constant } from './constant.ts'
export { type CosineDecayOptions, cosineDecay } from './cosineDecay.ts'
export { type CosineRestartsOptions, cosineRestarts } from './cosineRestarts.ts'
export { type CyclicOptions, cyclic } from './cyclic.ts'
export { type ExponentialDecayOptions, exponentialDecay } from './exponentialDecay.ts'
export { type InverseTimeDecayOptions, inverseTimeDecay } from './inverseTimeDecay.ts'
export { type OneCycleOptions, oneCycle } from './oneCycle.ts'
export { type PiecewiseOptions, piecewise } from './piecewise.ts'
export { type PolynomialDecayOptions, polynomialDecay } from './polynomialDecay.ts'
export { type ReduceOnPlateauOptions, reduceOnPlateau } from './reduceOnPlateau.ts'
export {
  type BuiltInSchedule,
  type Epochs,
  epochs,
  type Length,
  type NumberOrSchedule,
  type Schedule,
  type ScheduleConfig,
  type ScheduleRun,
} from './schedule.ts'
export { type StepDecayOptions, stepDecay } from './stepDecay.ts'
export { type WarmupOptions, warmup } from './warmup.ts'
