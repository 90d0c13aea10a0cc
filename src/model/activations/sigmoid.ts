import { type Activation, defineActivation } from './activation.ts'

/** Logistic function: y = 1 / (1 + e^−x), in (0, 1). */
export const sigmoid: Activation = defineActivation({ op: 'sigmoid', reluLike: false })
