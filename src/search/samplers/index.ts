import { refuse } from '../../options.ts'
import * as all from './all.ts'
import { samplerPlanOf } from './define.ts'
import type { Sampler, SamplerConfig, SamplerPlan } from './sampler.ts'

export * from './all.ts'
export { samplerPlanOf } from './define.ts'
export type { Sampler, SamplerConfig } from './sampler.ts'

/** Reads the option `sampler`. */
export function readSampler(where: string, value: unknown): { readonly sampler: Sampler; readonly plan: SamplerPlan } {
  const plan = samplerPlanOf(value)
  if (plan === undefined) {
    refuse(where, `sampler must be made by one of ${Object.keys(all).join(', ')}`, value)
  }
  return { sampler: value as Sampler, plan }
}

/** The sampler of a config, as a study's log holds it; checked like any options. */
export function samplerFrom(where: string, config: SamplerConfig): Sampler {
  const { kind, ...options } = config
  const factories = all as Readonly<Record<string, (options: never) => Sampler>>
  const make = Object.hasOwn(factories, kind) ? factories[kind] : undefined
  if (make === undefined) return refuse(where, `sampler must be one of ${Object.keys(all).join(', ')}`, kind)
  return make(options as never)
}
