import { DownslopeError } from '../errors.ts'
import { refuse, show } from '../options.ts'
import { arrayKind, type IntegerArray, isIntegerArray } from './typed.ts'

/** A class as the user calls it. */
export type Label = number | string

/** Labels as class ids, with the classes in order. */
export interface EncodedLabels<L extends Label> {
  readonly ids: Uint32Array
  readonly classes: readonly L[]
}

/** Numbers by size, texts by code unit: the order in which classes are numbered. */
function sorted(labels: Iterable<Label>): Label[] {
  return [...labels].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function readLabels(where: string, name: string, value: unknown): ArrayLike<Label> {
  if (isIntegerArray(value)) return value
  if (!Array.isArray(value)) {
    const received = arrayKind(value) ?? show(value)
    const text = `${where}: ${name} must be an array of whole numbers or of texts, or a typed array of whole numbers`
    throw new DownslopeError('ERR_DATA', `${text}, received ${received}`)
  }
  const labels: Label[] = []
  for (let index = 0; index < value.length; index++) {
    const label: unknown = value[index]
    const good = typeof label === 'string' || (typeof label === 'number' && Number.isSafeInteger(label))
    if (!good) refuse(where, `${name}[${index}] must be a whole number or a text`, label, 'ERR_DATA')
    if (index > 0 && typeof label !== typeof labels[0]) {
      refuse(where, `${name}[${index}] must be a ${typeof labels[0]} like the first`, label, 'ERR_DATA')
    }
    labels.push(label === 0 ? 0 : label)
  }
  return labels
}

/** Numbers the classes. With `known` classes every label must be one of them. */
export function encodeLabels<L extends Label>(
  where: string,
  value: readonly L[] | IntegerArray,
  known: unknown,
): EncodedLabels<L> {
  const labels = readLabels(where, 'labels', value)
  const classes =
    known === undefined ? sorted(new Set(Array.from(labels))) : Array.from(readLabels(where, 'classes', known))
  const numbers = new Map(classes.map((label, id) => [label, id]))
  if (numbers.size !== classes.length) {
    throw new DownslopeError('ERR_DATA', `${where}: classes must be different from each other, received a repeated one`)
  }
  const ids = new Uint32Array(labels.length)
  for (let index = 0; index < ids.length; index++) {
    const label = labels[index] as Label
    const id = numbers.get(label)
    if (id === undefined) refuse(where, `labels[${index}] must be one of the classes`, label, 'ERR_DATA')
    ids[index] = id
  }
  return { ids, classes: Object.freeze(classes as L[]) }
}
