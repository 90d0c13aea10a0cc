// losses in terms of other operations, for values without rows: the engine's own work on the rows of a batch
import { relu, softplus } from './activations.ts'
import { add, greater, maximum, multiply, negate, subtract } from './arithmetic.ts'
import type { Expression } from './expression.ts'
import { abs, exp, log, square } from './functions.ts'
import { where } from './select.ts'
import { logSoftmax } from './softmax.ts'

/** One value for each element of prediction and target. */
export type Spelling = (prediction: Expression, target: Expression) => Expression

export const squaredError: Spelling = (p, t) => square(subtract(p, t))
export const absoluteError: Spelling = (p, t) => abs(subtract(p, t))
export const hinge: Spelling = (p, t) => relu(subtract(1, multiply(t, p)))
export const poisson: Spelling = (p, t) => subtract(exp(p), multiply(t, p))
export const crossEntropy: Spelling = (p, t) => negate(multiply(t, logSoftmax(p)))
export const binaryCrossEntropy: Spelling = (p, t) => subtract(softplus(p), multiply(t, p))

/** |d| + log(1 + e^−2|d|) − log 2 does not overflow as cosh does. */
export const logCosh: Spelling = (p, t) => {
  const off = abs(subtract(p, t))
  return subtract(add(off, softplus(multiply(off, -2))), Math.LN2)
}

/** t · log t is 0 at 0. */
export const kullbackLeibler: Spelling = (p, t) => multiply(t, subtract(log(maximum(t, 1e-37)), logSoftmax(p)))

export const huber =
  (delta: number): Spelling =>
  (p, t) => {
    const off = abs(subtract(p, t))
    const line = multiply(subtract(off, delta / 2), delta)
    return where(greater(off, delta), line, multiply(square(off), 0.5))
  }
