import { type Activation, defineActivation } from './activation.ts'

/** Logarithm of softmax along the last axis: y = x − log Σ e^x, without overflow. */
export const logSoftmax: Activation = defineActivation({ op: 'logSoftmax', reluLike: false })
