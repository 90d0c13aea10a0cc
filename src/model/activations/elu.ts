import { ranges } from '../../options.ts'
import { type Activation, defineActivation } from './activation.ts'

/** Exponential linear unit: y = x above 0, alpha · (e^x − 1) below; alpha ≥ 0, default 1. Clevert et al. (2016). */
export const elu: Activation = defineActivation({
  op: 'elu',
  reluLike: true,
  numbers: { alpha: { range: ranges.notNegative, fallback: 1 } },
})
