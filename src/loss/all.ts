// the registry: one line for each loss
export { binaryCrossEntropy } from './binaryCrossEntropy.ts'
export { crossEntropy } from './crossEntropy.ts'
export { meanSquaredError } from './meanSquaredError.ts'
