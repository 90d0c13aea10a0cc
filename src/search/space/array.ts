import { guarded, readInteger, readOptions, refuse } from '../../options.ts'
import type { Json } from '../json.ts'
import type { IntParameter } from './int.ts'
import {
  defineParameter,
  nodeOf,
  type Parameter,
  type ParameterConfig,
  type ParameterRecord,
  type ParameterValue,
} from './parameter.ts'

/** No array is longer. */
const LONGEST = 4096

/** Options of {@link array}. */
export interface ArrayOptions<L extends string | number = string | number> {
  /** How many elements: a number ≥ 0, or the name of an `int` beside the array, declared before or after it. */
  readonly length: L
  /** Most elements, an integer ≥ 1, at most 4096; default: `length`, or the highest value of what it names. */
  readonly max?: number
}

/** A list of values of one kind; made by {@link array}. */
export interface ArrayParameter<T = unknown, L extends string | number = string | number>
  extends Parameter<readonly T[]> {
  readonly kind: 'array'
  /** JSON form. */
  readonly config: ParameterConfig & { readonly length: L }
}

/** Parameters whose arrays have a number or the name of an `int` beside them as length; anything else becomes `never`. */
export type CheckedLengths<S extends ParameterRecord> = {
  readonly [K in keyof S]: S[K] extends { readonly kind: 'array'; readonly config: { readonly length: infer L } }
    ? L extends string
      ? L extends keyof S
        ? S[L] extends IntParameter
          ? S[K]
          : never
        : never
      : S[K]
    : S[K]
}

/**
 * A list of values, each searched by itself: widths of layers, for example. It becomes `max` coordinates, of which the last
 * do not exist for trials with a smaller length.
 *
 * @param element what each element can be
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range; `searchSpace` throws when `length` names
 * nothing that fits
 * @example
 * ```ts
 * searchSpace({ widths: array(int(16, 256), { length: 'layers', max: 4 }), layers: int(1, 4) })
 * ```
 */
export function array<P extends Parameter, const L extends string | number>(
  element: P,
  options: ArrayOptions<L>,
): ArrayParameter<ParameterValue<P>, L> {
  return guarded('array', 'ERR_OPTION', () => {
    const node = nodeOf('array', 'element', element)
    if (node.kind === 'array' && typeof node.length === 'string') {
      refuse('array', 'the length of an array within an array must be a number', node.length)
    }
    const read = readOptions('array', options, ['length', 'max'])
    const most = read.max === undefined ? undefined : readInteger('array', 'max', read.max, 1)
    if (most !== undefined && most > LONGEST) refuse('array', `max must be at most ${LONGEST}`, most)
    const length = typeof read.length === 'string' ? read.length : readInteger('array', 'length', read.length, 0)
    if (typeof length === 'number' && length > (most ?? LONGEST)) {
      refuse('array', `length must be at most max (${most ?? LONGEST})`, length)
    }
    const max = typeof length === 'number' ? length : most
    const config = { kind: 'array', element: element.config, length, ...(max === undefined ? {} : { max }) }
    return defineParameter<ArrayParameter<ParameterValue<P>, L>>(
      config as unknown as ArrayParameter<ParameterValue<P>, L>['config'],
      {
        kind: 'array',
        element: node,
        length,
        max,
      },
    )
  })
}

/** The parameter of a configuration; `rebuild` makes that of the elements. */
export function arrayFrom(
  config: { readonly [option: string]: Json },
  rebuild: (parameter: Json) => Parameter,
): ArrayParameter {
  const { kind: _, element, ...options } = config
  // a fixed length of 0 has the max 0, which nobody may write
  const { max, ...rest } = options
  return array(rebuild(element as Json), (typeof options.length === 'number' ? rest : { ...rest, max }) as ArrayOptions)
}
