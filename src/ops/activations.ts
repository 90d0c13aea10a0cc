// one line for each activation; softmax and logSoftmax have a file of their own
import { ranges, readNumber, readOptions } from '../options.ts'
import { elementwise, type Unary, unary } from './elementwise.ts'
import { type Expression, type ExpressionLike, readOperand } from './expression.ts'

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** Slope below 0, a number ≥ 0; default 0.01. */
  readonly negativeSlope?: number
}

/** Options of {@link elu}. */
export interface EluOptions {
  /** Minus the limit at −∞, a number ≥ 0; default 1. */
  readonly alpha?: number
}

/** The identity: y = x. */
export const linear: Unary = Object.freeze((x: ExpressionLike): Expression => readOperand('linear', x))
/** Rectifier: max(x, 0). Nair and Hinton (2010). */
export const relu: Unary = unary('relu')
/** Scaled exponential linear unit. Klambauer et al. (2017). */
export const selu: Unary = unary('selu')
/** x · Φ(x) with the normal distribution Φ. Hendrycks and Gimpel (2016). */
export const gelu: Unary = unary('gelu')
/** x · σ(x). Elfwing et al. (2018). */
export const silu: Unary = unary('silu')
/** x · tanh(log(1 + e^x)). Misra (2019). */
export const mish: Unary = unary('mish')
/** Logistic function: 1 / (1 + e^−x). */
export const sigmoid: Unary = unary('sigmoid')
/** Hyperbolic tangent. */
export const tanh: Unary = unary('tanh')
/** log(1 + e^x). */
export const softplus: Unary = unary('softplus')
/** x / (1 + |x|). */
export const softsign: Unary = unary('softsign')
/** min(max(x/6 + 1/2, 0), 1). */
export const hardSigmoid: Unary = unary('hardSigmoid')

/**
 * x above 0, `negativeSlope` · x below. Maas et al. (2013).
 *
 * @throws DownslopeError `ERR_OPTION` when the slope is not ≥ 0
 */
export function leakyRelu(x: ExpressionLike, options: LeakyReluOptions = {}): Expression {
  const { negativeSlope } = readOptions('leakyRelu', options, ['negativeSlope'])
  return elementwise('leakyRelu', x, {
    negativeSlope: readNumber('leakyRelu', 'negativeSlope', negativeSlope, ranges.notNegative, 0.01),
  })
}

/**
 * x above 0, `alpha` · (e^x − 1) below. Clevert et al. (2016).
 *
 * @throws DownslopeError `ERR_OPTION` when alpha is not ≥ 0
 */
export function elu(x: ExpressionLike, options: EluOptions = {}): Expression {
  const { alpha } = readOptions('elu', options, ['alpha'])
  return elementwise('elu', x, { alpha: readNumber('elu', 'alpha', alpha, ranges.notNegative, 1) })
}
