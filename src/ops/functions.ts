// one line for each function of single numbers
import { type Unary, unary } from './elementwise.ts'

/** e^x. */
export const exp: Unary = unary('exp')
/** Natural logarithm; −∞ at 0 and NaN below. */
export const log: Unary = unary('log')
/** log(1 + x), exact for small x. */
export const log1p: Unary = unary('log1p')
/** e^x − 1, exact for small x. */
export const expm1: Unary = unary('expm1')
/** √x; NaN below 0. */
export const sqrt: Unary = unary('sqrt')
/** x². */
export const square: Unary = unary('square')
/** |x|; its gradient at 0 is 0. */
export const abs: Unary = unary('abs')
/** Sine of radians. */
export const sin: Unary = unary('sin')
/** Cosine of radians. */
export const cos: Unary = unary('cos')
/** −1, 0 or 1; its gradient is 0. */
export const sign: Unary = unary('sign')
