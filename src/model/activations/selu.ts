import { type Activation, defineActivation } from './activation.ts'

/** Scaled exponential linear unit: y = 1.0507 · (x above 0, 1.6733 · (e^x − 1) below); start with `lecunNormal`. Klambauer et al. (2017). */
export const selu: Activation = defineActivation({ op: 'selu', reluLike: false })
