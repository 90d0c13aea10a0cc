import { refuse } from '../../options.ts'
import { canonicalJson, type Json } from '../json.ts'
import type { Dimension, FlatSpace } from './flat.ts'
import type { Node, NodeRecord } from './parameter.ts'

/** Where a parameter's values stand in a point. */
export type Slot =
  | {
      readonly kind: 'float' | 'int'
      readonly at: string
      readonly index: number
      readonly low: number
      readonly high: number
      readonly step: number | undefined
    }
  | {
      readonly kind: 'values'
      readonly at: string
      readonly index: number
      readonly values: readonly Json[]
      /** Index by canonical text. */
      readonly known: ReadonlyMap<string, number>
    }
  | {
      readonly kind: 'branches'
      readonly at: string
      readonly index: number
      readonly names: readonly string[]
      readonly records: readonly SlotRecord[]
    }
  | {
      readonly kind: 'array'
      readonly at: string
      /** How many, or where the number of elements stands in the point. */
      readonly length: { readonly fixed: number } | { readonly index: number; readonly name: string }
      readonly elements: readonly Slot[]
    }

/** Slots by name, in the order in which they were declared. */
export interface SlotRecord {
  readonly at: string
  readonly names: readonly string[]
  readonly slots: readonly Slot[]
}

/** A space as a list of coordinates, and how parameters stand in it. */
export interface Layout {
  readonly flat: FlatSpace
  readonly root: SlotRecord
}

/** More coordinates than this is a slip. */
const MOST = 65_536

type When = NonNullable<Dimension['when']>

/**
 * Makes a list of a tree. Coordinates come in the order of the names, arrays behind the others (the length of an array has to
 * come before its elements), so that the order in which parameters are declared changes no suggestion.
 */
export function flatten(parameters: NodeRecord): Layout {
  const dimensions: Dimension[] = []
  const add = (name: string, when: When | undefined, dimension: Record<string, unknown>): number => {
    if (dimensions.length === MOST) refuse('searchSpace', `there must be at most ${MOST} coordinates`, MOST + 1)
    dimensions.push(Object.freeze({ name, ...dimension, ...(when && { when: Object.freeze(when) }) }) as Dimension)
    return dimensions.length - 1
  }

  const one = (node: Node, name: string, at: string, when: When | undefined, beside: Beside): Slot => {
    switch (node.kind) {
      case 'float':
      case 'int': {
        const { kind, low, high, log, step } = node
        const index = add(name, when, { kind, low, high, log, ...(step === undefined ? {} : { step }) })
        return { kind, at, index, low, high, step }
      }
      case 'ordinal':
      case 'category': {
        const { values } = node
        const known = new Map(values.map((value, index) => [canonicalJson(value), index]))
        return { kind: 'values', at, index: add(name, when, { kind: node.kind, count: values.length }), values, known }
      }
      case 'branches': {
        const names = [...node.branches.keys()].sort()
        const index = add(name, when, { kind: 'category', count: names.length })
        const records = names.map((branch, which) =>
          all(node.branches.get(branch) as NodeRecord, `${name}.${branch}`, at, {
            parent: index,
            low: which,
            high: which,
          }),
        )
        return { kind: 'branches', at, index, names, records }
      }
      case 'array': {
        const { element, length } = node
        const named = typeof length === 'string' ? beside(length) : undefined
        const most = named?.high ?? (length as number)
        if (most > MOST) refuse('searchSpace', `'${at}' must have at most ${MOST} elements`, most)
        const elements = Array.from({ length: Math.min(node.max ?? most, most) }, (_, item) => {
          const active = named === undefined ? when : { parent: named.index, low: item + 1, high: named.high }
          // an element is there with the number of elements; that exists only where the array does
          const always = named !== undefined && named.low > item ? when : active
          return one(element, `${name}[${item}]`, `${at}[${item}]`, always, beside)
        })
        const from = named === undefined ? { fixed: length as number } : { index: named.index, name: length as string }
        return { kind: 'array', at, length: from, elements }
      }
    }
  }

  const all = (record: NodeRecord, name: string, at: string, when: When | undefined): SlotRecord => {
    const slots = new Map<string, Slot>()
    const beside: Beside = (length) => slots.get(length) as Extract<Slot, { readonly kind: 'int' | 'float' }>
    const names = [...record.keys()].sort()
    for (const arrays of [false, true]) {
      for (const key of names) {
        const node = record.get(key) as Node
        if ((node.kind === 'array') !== arrays) continue
        slots.set(key, one(node, name === '' ? key : `${name}.${key}`, at === '' ? key : `${at}.${key}`, when, beside))
      }
    }
    const declared = [...record.keys()]
    return { at, names: declared, slots: declared.map((key) => slots.get(key) as Slot) }
  }

  const root = all(parameters, '', '', undefined)
  return { flat: Object.freeze({ dimensions: Object.freeze(dimensions) }), root }
}

/** Finds the integer that says how long an array is. */
type Beside = (name: string) => Extract<Slot, { readonly kind: 'int' | 'float' }>
