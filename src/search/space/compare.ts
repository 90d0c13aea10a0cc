import { canonicalJson, type Json } from '../json.ts'
import { gridIndex } from './grid.ts'
import type { ParameterConfig } from './parameter.ts'
import type { SearchSpaceConfig } from './searchSpace.ts'

/** One thing in which two spaces differ. */
export interface Difference {
  /** What it is, for messages: `learningRate: high was 0.1 and is 0.5`. */
  readonly text: string
  /** Every point of the old space is one of the new space, and means the same. */
  readonly widening: boolean
}

type Configs = { readonly [name: string]: ParameterConfig }

/** In what a space differs from what it was, in the order of names; nothing for equal spaces. */
export function differences(was: SearchSpaceConfig, is: SearchSpaceConfig): readonly Difference[] {
  return ofRecords('', was.parameters, is.parameters)
}

function ofRecords(path: string, was: Configs, is: Configs): Difference[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()
  return names.flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`
    const [before, after] = [was[name], is[name]]
    if (before === undefined) return [{ text: `${at} is new`, widening: false }]
    if (after === undefined) return [{ text: `${at} is missing`, widening: false }]
    return ofParameters(at, before, after)
  })
}

function ofParameters(at: string, was: ParameterConfig, is: ParameterConfig): Difference[] {
  if (canonicalJson(was) === canonicalJson(is)) return []
  if (was.kind !== is.kind) return [changed(at, 'kind', was.kind, is.kind, false)]
  switch (was.kind) {
    case 'float':
    case 'int':
      return ofRanges(at, was, is)
    case 'array':
      return [
        ...ofParameters(`${at}[]`, was.element as ParameterConfig, is.element as ParameterConfig),
        ...ofOption(at, 'length', was, is, () => false),
        // only a guard: how many there are follows from the length
        ...ofOption(at, 'max', was, is, () => true),
      ]
    case 'choice':
      if (was.branches !== undefined && is.branches !== undefined) {
        return ofBranches(at, was.branches as Record<string, Json>, is.branches as Record<string, Json>)
      }
      return ofOption(at, 'values', was, is, () => keepsAll(was.values, is.values))
    default:
      return ofOption(at, 'values', was, is, () => keepsAll(was.values, is.values))
  }
}

function ofRanges(at: string, was: ParameterConfig, is: ParameterConfig): Difference[] {
  const [step, low, high] = [is.step as number | undefined, is.low as number, is.high as number]
  const stays = (value: Json | undefined): boolean =>
    step === undefined || gridIndex(low, high, step, value as number) !== undefined
  return [
    ...ofOption(at, 'scale', was, is, () => false),
    ...ofOption(at, 'step', was, is, () => false),
    ...ofOption(at, 'low', was, is, () => low < (was.low as number) && stays(was.low)),
    ...ofOption(at, 'high', was, is, () => high > (was.high as number) && stays(was.high)),
  ]
}

function ofBranches(at: string, was: Readonly<Record<string, Json>>, is: Readonly<Record<string, Json>>): Difference[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()
  return names.flatMap((name) => {
    const [before, after] = [was[name], is[name]]
    if (before === undefined) return [{ text: `${at} has a new branch ${name}`, widening: true }]
    if (after === undefined) return [{ text: `${at} has no branch ${name}`, widening: false }]
    return ofRecords(`${at}.${name}`, before as Configs, after as Configs)
  })
}

function ofOption(
  at: string,
  name: string,
  was: ParameterConfig,
  is: ParameterConfig,
  widening: () => boolean,
): Difference[] {
  if (text(was[name]) === text(is[name])) return []
  return [changed(at, name, was[name], is[name], widening())]
}

function changed(at: string, name: string, was: Json | undefined, is: Json | undefined, widening: boolean): Difference {
  return { text: `${at}: ${name} was ${text(was)} and is ${text(is)}`, widening }
}

const text = (value: Json | undefined): string => (value === undefined ? 'none' : canonicalJson(value))

/** All old values are there, in their order. */
function keepsAll(was: Json | undefined, is: Json | undefined): boolean {
  const old = (was as readonly Json[]).map(canonicalJson)
  const kept = (is as readonly Json[]).map(canonicalJson).filter((value) => old.includes(value))
  return kept.length === old.length && kept.every((value, index) => value === old[index])
}
