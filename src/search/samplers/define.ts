import { frozen } from '../../options.ts'
import { createSuggester, makeSampler } from './native.ts'
import type { Sampler, SamplerConfig, SamplerPlan, SamplerStart } from './sampler.ts'

const plans = new WeakMap<object, SamplerPlan>()

/** The plan behind a sampler; `undefined` for anything that no factory made. */
export function samplerPlanOf(value: unknown): SamplerPlan | undefined {
  return typeof value === 'object' && value !== null ? plans.get(value) : undefined
}

/** A sampler of the native side. */
export interface SamplerDefinition {
  readonly usesValues: boolean
  /** What `make` of its Rust file takes; without it the options as they are in the config. */
  readonly options?: (start: SamplerStart) => object
}

/** Freezes a sampler. `options` are what the user gave, with defaults, as JSON. */
export function defineSampler(
  kind: string,
  options: Readonly<Record<string, unknown>>,
  { usesValues, options: fitted }: SamplerDefinition,
): Sampler {
  const config: SamplerConfig = frozen({ kind, ...options })
  const sampler = frozen({ kind, config })
  const start = (context: SamplerStart) => createSuggester(kind, fitted?.(context) ?? options, context)
  const check = fitted && (async (context: SamplerStart) => (await makeSampler(kind, fitted(context), context)).close())
  plans.set(sampler, Object.freeze({ usesValues, start, ...(check && { check }) }))
  return sampler
}
