import { type Activation, defineActivation } from './activation.ts'

/** y = x · tanh(log(1 + e^x)). Misra (2019). */
export const mish: Activation = defineActivation({ op: 'mish', reluLike: true })
