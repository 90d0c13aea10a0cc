import { type Activation, defineActivation } from './activation.ts'

/** Gaussian error linear unit: y = x · Φ(x), exact, with the normal distribution function Φ(x) = (1 + erf(x / √2)) / 2. Hendrycks and Gimpel (2016). */
export const gelu: Activation = defineActivation({ op: 'gelu', reluLike: true })
