import { guarded, readOptions, refuse } from '../../options.ts'
import type { Json } from '../json.ts'
import type { CheckedLengths } from './array.ts'
import { readValues } from './ordinal.ts'
import {
  configsOf,
  defineParameter,
  type Parameter,
  type ParameterRecord,
  type ParameterValue,
  readParameters,
} from './parameter.ts'

/** One of some values, or one of some branches; made by {@link choice}. */
export interface ChoiceParameter<T = unknown> extends Parameter<T> {
  readonly kind: 'choice'
}

/** Branches by their names. */
export interface Branches {
  readonly [name: string]: ParameterRecord
}

/** The values of branches: objects told apart by `kind`. */
export type BranchValue<B extends Branches> = {
  [K in keyof B]: { readonly [P in 'kind' | keyof B[K]]: P extends 'kind' ? K : ParameterValue<B[K][P]> }
}[keyof B]

type CheckedBranches<B extends Branches> = { readonly [K in keyof B]: CheckedLengths<B[K]> }

/**
 * One of some values without an order, or one of some branches that have parameters of their own.
 *
 * The value of a branch is an object that names it in `kind` and has its parameters beside: `{ kind: 'sgd', momentum: 0.9 }`.
 * Branches nest. The parameters of the other branches do not exist for that trial.
 *
 * @param values anything that JSON has, at least one, none twice; or an object of branches by name
 * @throws DownslopeError `ERR_OPTION` when there is no value, one is there twice, or a branch has a parameter `kind`
 * @example
 * ```ts
 * searchSpace({
 *   batchSize: choice([32, 64, 128]),
 *   optimizer: choice({ sgd: { momentum: float(0, 0.99) }, adam: {} }),
 * })
 * ```
 */
export function choice<const T extends Json>(values: readonly T[]): ChoiceParameter<T>
export function choice<const B extends Branches>(branches: B & CheckedBranches<B>): ChoiceParameter<BranchValue<B>>
export function choice(given: readonly Json[] | Branches): ChoiceParameter {
  return guarded('choice', 'ERR_OPTION', () => {
    if (Array.isArray(given)) {
      const values = readValues('choice', given)
      return defineParameter<ChoiceParameter>({ kind: 'choice', values }, { kind: 'category', values })
    }
    if (typeof given !== 'object' || given === null)
      refuse('choice', 'it must have a list or an object of branches', given)
    const names = Object.keys(given)
    if (names.length === 0) refuse('choice', 'there must be at least one branch', given)
    const records = names.map((name) => [name, (given as Branches)[name]] as const)
    const branches = new Map(
      records.map(([name, record]) => {
        if (!/^[^.[\]]+$/.test(name)) refuse('choice', 'names of branches must be strings without . [ ]', name)
        return [name, readParameters(`choice: ${name}`, record, ['kind'])]
      }),
    )
    const configs = Object.fromEntries(records.map(([name, record]) => [name, configsOf(record as ParameterRecord)]))
    return defineParameter<ChoiceParameter>({ kind: 'choice', branches: configs }, { kind: 'branches', branches })
  })
}

/** The parameter of a configuration; `rebuild` makes those of the branches. */
export function choiceFrom(
  config: { readonly [option: string]: Json },
  rebuild: (parameters: Json) => ParameterRecord,
): ChoiceParameter {
  const { kind: _, ...read } = config
  const { values, branches } = readOptions('choice', read, ['values', 'branches'])
  if (branches === undefined) return choice(values as readonly Json[])
  const records = Object.entries(branches as object).map(([name, record]) => [name, rebuild(record as Json)])
  return choice(Object.fromEntries(records) as Branches)
}
