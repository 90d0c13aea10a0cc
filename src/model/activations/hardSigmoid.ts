import { type Activation, defineActivation } from './activation.ts'

/** The logistic function in three straight pieces: y = min(max(x + 3, 0), 6) / 6, as in PyTorch and Keras 3. Howard et al. (2019). */
export const hardSigmoid: Activation = defineActivation({ op: 'hardSigmoid', reluLike: false })
