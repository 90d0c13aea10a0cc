import * as d from '../../src/index.ts'
import * as plots from '../../src/plots.ts'
import type { Case, World } from './world.ts'

/** What anything public can be called as. */
export type Call = (...values: unknown[]) => unknown

/** How the arguments of a case are made. */
export type Make = Case['make']

/** Everything public that is called by its name alone, `initializers.uniform` and `plots.plotHistory` among it. */
export function publicCall(of: string): Call {
  const found = of
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], { ...d, plots })
  return found as Call
}

/** A call, and what a result of it is good for. */
export function plain(
  of: string,
  make: Make,
  follow: (value: never, world: World) => unknown = (value) => value,
): Case {
  const run = publicCall(of)
  return { of, make, call: (values, world) => follow(run(...values) as never, world) }
}

/** A result that is closed after the call, where it can be. */
export async function owned(made: unknown, world: World): Promise<unknown> {
  const value = (await made) as { close?: unknown }
  return typeof value.close === 'function' ? world.own(value as { close(): void }) : value
}

/** Long runs are ended soon, and some are looked at. */
export async function followed(run: unknown, world: World): Promise<unknown> {
  const { stop } = run as { stop?: () => void }
  if (typeof stop === 'function') setTimeout(() => stop(), 5 + world.random.below(40)).unref()
  if (world.random.chance(0.3)) for await (const record of run as AsyncIterable<unknown>) void record
  return run
}
