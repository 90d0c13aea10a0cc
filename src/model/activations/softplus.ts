import { type Activation, defineActivation } from './activation.ts'

/** Smooth rectifier: y = log(1 + e^x), without overflow. Dugas et al. (2001). */
export const softplus: Activation = defineActivation({ op: 'softplus', reluLike: false })
