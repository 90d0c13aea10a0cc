import { type Activation, defineActivation } from './activation.ts'

/** Hyperbolic tangent: y = tanh(x), in (−1, 1). */
export const tanh: Activation = defineActivation({ op: 'tanh', reluLike: false })
