import { createHash } from 'node:crypto'
import { frozen, guarded, refuse } from '../../options.ts'
import { canonicalJson, type Json } from '../json.ts'
import { arrayFrom, type CheckedLengths } from './array.ts'
import { choiceFrom } from './choice.ts'
import { decodeWith, encodeWith } from './codec.ts'
import type { FlatSpace, Point } from './flat.ts'
import { flatten } from './flatten.ts'
import { floatFrom } from './float.ts'
import { intFrom } from './int.ts'
import { ordinalFrom } from './ordinal.ts'
import {
  configsOf,
  type Parameter,
  type ParameterConfig,
  type ParameterRecord,
  type ParameterValue,
  readParameters,
} from './parameter.ts'

declare const params: unique symbol

/** What is searched; made by {@link searchSpace}, frozen. */
export interface SearchSpace<P = Readonly<Record<string, unknown>>> {
  readonly kind: 'searchSpace'
  /** As they were given. */
  readonly parameters: ParameterRecord
  /** JSON form. */
  readonly config: SearchSpaceConfig
  /** SHA-256 of the canonical JSON form, in hexadecimal: equal for equal spaces, however they were written. */
  readonly hash: string
  /** The type of a trial's parameters; only types see it. */
  readonly [params]?: P
}

/** JSON form of a space. */
export interface SearchSpaceConfig {
  readonly kind: 'searchSpace'
  readonly parameters: { readonly [name: string]: ParameterConfig }
}

/**
 * The parameters of a trial: `ParamsOf<typeof space>`.
 *
 * @example
 * ```ts
 * const space = searchSpace({ depth: ordinal([1, 2, 4]) })
 * type Params = ParamsOf<typeof space> // { readonly depth: 1 | 2 | 4 }
 * ```
 */
export type ParamsOf<S> =
  S extends SearchSpace<infer P>
    ? P
    : S extends ParameterRecord
      ? { readonly [K in keyof S]: ParameterValue<S[K]> }
      : never

/** What the other rooms of the search see of a space. */
export interface SpacePlan {
  readonly flat: FlatSpace
  /** The point of parameters as users write them; `ERR_OPTION` with the path of what is wrong. */
  readonly encode: (where: string, params: unknown) => Point
  /** Parameters as users see them, frozen. */
  readonly decode: (point: Point) => Readonly<Record<string, unknown>>
}

const plans = new WeakMap<object, SpacePlan>()

/**
 * What is searched: parameters by name. The type of a trial's `params` follows from it.
 *
 * The order in which parameters are declared changes nothing but the order in which they are shown.
 *
 * @param parameters made by {@link float}, {@link int}, {@link choice}, {@link ordinal} and {@link array}; names hold no `.`, `[` or `]`
 * @throws DownslopeError `ERR_OPTION` when there is no parameter, one was made by nothing of ours, or the length of an array
 * names no `int` beside it
 * @example
 * ```ts
 * const space = searchSpace({
 *   learningRate: float(1e-4, 1e-1, { scale: 'log' }),
 *   optimizer: choice({ sgd: { momentum: float(0, 0.99) }, adam: {} }),
 *   layers: int(1, 4),
 *   widths: array(int(16, 256), { length: 'layers', max: 4 }),
 * })
 * // params: { learningRate: number, optimizer: { kind: 'sgd', momentum: number } | { kind: 'adam' }, layers: number, widths: readonly number[] }
 * ```
 */
export function searchSpace<const S extends ParameterRecord>(
  parameters: S & CheckedLengths<S>,
): SearchSpace<ParamsOf<S>> {
  return guarded('searchSpace', 'ERR_OPTION', () => {
    const record = readParameters('searchSpace', parameters)
    if (record.size === 0) refuse('searchSpace', 'there must be at least one parameter', parameters)
    const given = Object.fromEntries(
      [...record.keys()].map((name) => [name, (parameters as ParameterRecord)[name] as Parameter]),
    )
    const config = { kind: 'searchSpace' as const, parameters: configsOf(given) }
    const { flat, root } = flatten(record)
    const hash = createHash('sha256').update(canonicalJson(config)).digest('hex')
    const space: SearchSpace<ParamsOf<S>> = frozen({ kind: 'searchSpace' as const, parameters: given, config, hash })
    plans.set(space, {
      flat,
      encode: (where, params) => encodeWith(root, flat.dimensions.length, where, params),
      decode: (point) => decodeWith(root, point),
    })
    return space
  })
}

/** The plan behind a space; `ERR_OPTION` for anything that `searchSpace` did not make. */
export function spacePlan(where: string, value: unknown): SpacePlan {
  const plan = typeof value === 'object' && value !== null ? plans.get(value) : undefined
  return plan ?? refuse(where, 'space must be made by searchSpace', value)
}

/** The space of a configuration, as a study keeps it. */
export function spaceFrom(config: unknown): SearchSpace {
  const { parameters } = config as SearchSpaceConfig
  return searchSpace(parametersFrom(parameters))
}

function parametersFrom(configs: Json): ParameterRecord {
  return Object.fromEntries(
    Object.entries(configs as Record<string, Json>).map(([name, config]) => [name, parameterFrom(config)]),
  )
}

function parameterFrom(config: Json): Parameter {
  const given = config as ParameterConfig
  switch (given.kind) {
    case 'float':
      return floatFrom(given)
    case 'int':
      return intFrom(given)
    case 'ordinal':
      return ordinalFrom(given)
    case 'choice':
      return choiceFrom(given, parametersFrom)
    case 'array':
      return arrayFrom(given, parameterFrom)
    default:
      return refuse('searchSpace', 'kind must be one of float, int, choice, ordinal, array', given.kind)
  }
}
