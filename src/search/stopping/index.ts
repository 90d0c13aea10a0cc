export { type NoImprovementOptions, noImprovement } from './noImprovement.ts'
export { type RegretBoundOptions, regretBound } from './regretBound.ts'
export type { Stopping, StoppingConfig } from './stopping.ts'
export { targetReached } from './targetReached.ts'
