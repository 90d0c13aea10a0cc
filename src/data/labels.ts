import { DownslopeError } from '../errors.ts'
import { refuse, show } from '../options.ts'
import { arrayKind, isIntegerArray } from './typed.ts'

/** A class as the user calls it. */
export type Label = number | string

/** Labels as class ids, with the classes in order. */
export interface EncodedLabels {
  readonly ids: Uint32Array
  readonly classes: readonly Label[]
}

/** Numbers by size, texts by code unit: the order in which classes are numbered. */
export function sorted(labels: Iterable<Label>): Label[] {
  return [...labels].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

export function readLabels(where: string, name: string, value: unknown): ArrayLike<Label> {
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
    labels.push(label === 0 ? 0 : label) // -0 is 0
  }
  return labels
}

/** Classes that the user lists, each once. */
export function readClasses(where: string, name: string, value: unknown): Label[] {
  const classes = Array.from(readLabels(where, name, value))
  if (new Set(classes).size !== classes.length) {
    throw new DownslopeError('ERR_DATA', `${where}: ${name} must be different from each other, received a repeated one`)
  }
  return classes
}

/**
 * Numbers the classes. With `known` classes every label must be one of them. `name` and `classesName` are how messages
 * call the two.
 */
export function encodeLabels(
  where: string,
  value: unknown,
  known: unknown,
  name = 'labels',
  classesName = 'classes',
): EncodedLabels {
  const labels = readLabels(where, name, value)
  const classes = known === undefined ? classesIn(labels) : readClasses(where, classesName, known)
  return { ids: numbered(where, name, labels, classes), classes: Object.freeze(classes) }
}

/** Whole numbers this near to each other are looked up in a table rather than a map: ten times faster for a million rows. */
const SPAN = 1 << 16

function spanOf(labels: ArrayLike<Label>): { least: number; span: number } | undefined {
  if (labels.length === 0 || typeof labels[0] !== 'number') return undefined
  let least = labels[0]
  let most = least
  for (let index = 1; index < labels.length; index++) {
    const label = labels[index] as number
    if (label < least) least = label
    else if (label > most) most = label
  }
  return most - least < SPAN ? { least, span: most - least + 1 } : undefined
}

function classesIn(labels: ArrayLike<Label>): Label[] {
  const near = spanOf(labels)
  if (near === undefined) return sorted(new Set(Array.from(labels)))
  const seen = new Uint8Array(near.span)
  for (let index = 0; index < labels.length; index++) seen[(labels[index] as number) - near.least] = 1
  const classes: number[] = []
  for (let offset = 0; offset < near.span; offset++) if (seen[offset] === 1) classes.push(near.least + offset)
  return classes
}

function numbered(where: string, name: string, labels: ArrayLike<Label>, classes: readonly Label[]): Uint32Array {
  const ids = new Uint32Array(labels.length)
  const near = spanOf(classes)
  if (near === undefined || typeof labels[0] !== 'number') {
    const numbers = new Map(classes.map((label, id) => [label, id]))
    for (let index = 0; index < ids.length; index++) {
      const id = numbers.get(labels[index] as Label)
      if (id === undefined) refuse(where, `${name}[${index}] must be one of the classes`, labels[index], 'ERR_DATA')
      ids[index] = id
    }
    return ids
  }
  const table = new Int32Array(near.span).fill(-1)
  for (let id = 0; id < classes.length; id++) table[(classes[id] as number) - near.least] = id
  for (let index = 0; index < ids.length; index++) {
    const id = table[(labels[index] as number) - near.least] ?? -1
    if (id < 0) refuse(where, `${name}[${index}] must be one of the classes`, labels[index], 'ERR_DATA')
    ids[index] = id
  }
  return ids
}
