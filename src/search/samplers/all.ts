// the registry: one line for each sampler
export { type GaussianProcessOptions, gaussianProcess } from './gaussianProcess.ts'
export { type GridOptions, grid } from './grid.ts'
export { manual } from './manual.ts'
export { random } from './random.ts'
