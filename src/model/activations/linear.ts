import { type Activation, defineActivation } from './activation.ts'

/** The identity: y = x. */
export const linear: Activation = defineActivation({ op: undefined, reluLike: false })
