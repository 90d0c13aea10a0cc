import { type Activation, defineActivation } from './activation.ts'

/** Softmax along the last axis: y = e^x / Σ e^x; rows add up to 1. */
export const softmax: Activation = defineActivation({ op: 'softmax', reluLike: false })
