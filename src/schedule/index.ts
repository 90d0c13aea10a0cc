export { constant } from './constant.ts'
export { type CosineDecayOptions, cosineDecay } from './cosineDecay.ts'
export { type ExponentialDecayOptions, exponentialDecay } from './exponentialDecay.ts'
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
