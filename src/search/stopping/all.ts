// the registry: one line for each stopping rule
export { type NoImprovementOptions, noImprovement } from './noImprovement.ts'
export { type RegretBoundOptions, regretBound } from './regretBound.ts'
export { targetReached } from './targetReached.ts'
