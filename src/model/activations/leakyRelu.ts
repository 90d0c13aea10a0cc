import { ranges } from '../../options.ts'
import { type Activation, defineActivation } from './activation.ts'

/** Leaky rectifier: y = x above 0, negativeSlope · x below; negativeSlope ≥ 0, default 0.01 as in PyTorch. Maas et al. (2013). */
export const leakyRelu: Activation = defineActivation({
  op: 'leakyRelu',
  reluLike: true,
  numbers: { negativeSlope: { range: ranges.notNegative, fallback: 0.01 } },
})
