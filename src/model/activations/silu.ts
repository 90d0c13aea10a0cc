import { type Activation, defineActivation } from './activation.ts'

/** Sigmoid-weighted linear unit, swish: y = x / (1 + e^−x). Elfwing et al. (2018). */
export const silu: Activation = defineActivation({ op: 'silu', reluLike: true })
