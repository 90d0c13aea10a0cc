// the registry: one line for each metric
export { accuracy } from './accuracy.ts'
export { meanAbsoluteError } from './meanAbsoluteError.ts'
export { meanSquaredError } from './meanSquaredError.ts'
export { rootMeanSquaredError } from './rootMeanSquaredError.ts'
