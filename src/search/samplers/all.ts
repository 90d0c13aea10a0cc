// the registry: one line for each sampler
export { type GaussianProcessOptions, gaussianProcess } from './gaussianProcess.ts'
export { type GridOptions, grid } from './grid.ts'
export { manual } from './manual.ts'
export { quasiRandom } from './quasiRandom.ts'
export { random } from './random.ts'
export { type TpeOptions, tpe } from './tpe.ts'
