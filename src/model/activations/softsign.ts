import { type Activation, defineActivation } from './activation.ts'

/** y = x / (1 + |x|). Turian et al. (2009). */
export const softsign: Activation = defineActivation({ op: 'softsign', reluLike: false })
