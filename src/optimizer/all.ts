// the registry: one line for each optimizer
export { type AdamOptions, adam } from './adam.ts'
export { type AdamwOptions, adamw } from './adamw.ts'
export { type SgdOptions, sgd } from './sgd.ts'
