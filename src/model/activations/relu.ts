import { type Activation, defineActivation } from './activation.ts'

/** Rectifier: y = max(x, 0). Nair and Hinton (2010). */
export const relu: Activation = defineActivation({ op: 'relu', reluLike: true })
