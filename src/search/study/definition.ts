import { DownslopeError } from '../../errors.ts'
import type { JsonText } from '../../storage/storage.ts'
import type { Direction } from '../history.ts'
import { canonicalJson, type Json } from '../json.ts'
import type { PrunerConfig } from '../pruners/pruner.ts'
import type { SamplerConfig } from '../samplers/sampler.ts'
import { differences } from '../space/compare.ts'
import type { SearchSpaceConfig } from '../space/searchSpace.ts'

/** The version of downslope: that of package.json. */
export const VERSION = '0.1.0'

/** How a study was created: everything that its numbers depend on. */
export interface Definition {
  readonly version: 1
  /** The version of downslope that created it. */
  readonly downslope: string
  readonly space: SearchSpaceConfig
  readonly directions: readonly Direction[]
  readonly sampler: SamplerConfig
  readonly pruner: PrunerConfig
  readonly seed: number
  readonly lag: number
  readonly mode: 'repeatable' | 'asynchronous'
  /** There is a function of constraints, which JSON cannot hold. */
  readonly constraints?: true
  /** What else the numbers depend on, for `tune`. */
  readonly extra?: Json
}

/** The definition of a study's log. */
export function parseDefinition(where: string, name: string, text: JsonText): Definition {
  const definition = JSON.parse(text) as Definition
  if (definition.version !== 1) {
    const found = `version ${String(definition.version)} of its definition`
    throw new DownslopeError(
      'ERR_STORAGE',
      `${where}: the study '${name}' must be of a version that is known, received ${found}`,
    )
  }
  return definition
}

/** As the log keeps it. */
export const definitionText = (definition: Definition): JsonText =>
  // through JSON, so that what is undefined is not there
  canonicalJson(JSON.parse(JSON.stringify(definition)) as Json)

const PARTS = ['directions', 'sampler', 'pruner', 'seed', 'lag', 'mode', 'constraints'] as const

/**
 * Compares what was asked for with what there is.
 *
 * @param asked parts that were given
 * @returns whether the space was widened
 * @throws DownslopeError `ERR_STORAGE` that names the difference
 */
export function matchDefinition(where: string, name: string, was: Definition, asked: Partial<Definition>): boolean {
  const refuse = (text: string): never => {
    throw new DownslopeError(
      'ERR_STORAGE',
      `${where}: the study '${name}' must be opened as it was created, but ${text}`,
    )
  }
  for (const part of PARTS) {
    if (asked[part] === undefined) continue
    const [before, now] = [textOf(was[part]), textOf(asked[part])]
    if (before !== now) refuse(`${part} was ${before}, received ${now}`)
  }
  if (asked.extra !== undefined) {
    const [before, now] = [was.extra, asked.extra].map(recordOf) as [Record, Record]
    for (const part of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const [one, other] = [textOf(before[part]), textOf(now[part])]
      if (one !== other) refuse(`${part} was ${one}, received ${other}`)
    }
  }
  if (asked.space === undefined) return false
  const changes = differences(was.space, asked.space)
  const other = changes.filter(({ widening }) => !widening)
  if (other.length > 0) refuse(`in its space ${other.map(({ text }) => text).join('; ')}`)
  return changes.length > 0
}

type Record = { readonly [part: string]: Json }

const recordOf = (value: Json | undefined): Record =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record) : {}

const textOf = (value: unknown): string => (value === undefined ? 'none' : canonicalJson(value as Json))
