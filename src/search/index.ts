export * from './pruners/index.ts'
export type { Sampler, SamplerConfig } from './samplers/sampler.ts'
export * from './space/index.ts'
export * from './stopping/index.ts'
