import { DownslopeError } from '../errors.ts'
import type { NativeColumn } from '../native/index.ts'
import { refuse } from '../options.ts'
import { column, isRecord, labelColumn, readRecord, WEIGHTS } from './columns.ts'
import { encodeLabels, type Label } from './labels.ts'
import { readTensor } from './tensor.ts'

/** What is to be predicted by one output. */
export interface OutputMeta {
  /** Name of the output; `undefined` for the only one. */
  readonly key: string | undefined
  /** Name of the column, and of the input of the graph that it feeds: `target`, or `target/KEY`. */
  readonly column: string
  /** Shape of one row of numbers; `undefined` for labels. */
  readonly shape: readonly number[] | undefined
  /** The classes in order; `undefined` for numbers. */
  readonly classes: readonly Label[] | undefined
}

/** Something to predict, or weights, on its way into native memory. */
export interface OutputColumn {
  readonly native: NativeColumn
  readonly rows: number
  /** How messages call it. */
  readonly name: string
  readonly meta: OutputMeta
}

/** Targets and labels as the user gives them: both may be there for several outputs, else exactly one. */
export interface GivenOutputs {
  readonly targets: unknown
  readonly labels: unknown
  readonly classes: unknown
}

/** One thing to predict, by its output. */
export interface GivenOutput {
  readonly key: string | undefined
  readonly column: string
  readonly kind: 'targets' | 'labels'
  readonly value: unknown
  /** For labels: the classes that were given. */
  readonly classes: unknown
}

/** Sorts out which outputs there are. */
export function listOutputs(where: string, { targets, labels, classes }: GivenOutputs): GivenOutput[] {
  if (targets === undefined && labels === undefined) {
    throw new DownslopeError('ERR_OPTION', `${where}: either targets or labels must be given`)
  }
  if (classes !== undefined && labels === undefined) refuse(where, 'classes need labels', classes)
  const several = isRecord(labels ?? targets)
  if (!several) {
    if (targets !== undefined && labels !== undefined) {
      const text = 'either targets or labels must be given, or records of both by the names of the outputs'
      throw new DownslopeError('ERR_OPTION', `${where}: ${text}`)
    }
    const kind = labels === undefined ? 'targets' : 'labels'
    return [{ key: undefined, column: 'target', kind, value: labels ?? targets, classes }]
  }
  const outputs: GivenOutput[] = []
  const known = readClassRecord(where, classes)
  for (const [kind, given] of [
    ['targets', targets],
    ['labels', labels],
  ] as const) {
    if (given === undefined) continue
    if (!isRecord(given)) refuse(where, `${kind} must be a record by the names of the outputs`, given)
    for (const [key, value] of readRecord(where, kind, given)) {
      if (outputs.some((output) => output.key === key)) refuse(where, 'an output has either targets or labels', key)
      outputs.push({
        key,
        column: `target/${key}`,
        kind,
        value,
        classes: kind === 'labels' ? known.get(key) : undefined,
      })
    }
  }
  for (const key of known.keys()) {
    const output = outputs.find((other) => other.key === key)
    if (output?.kind !== 'labels') refuse(where, 'names in classes must be those in labels', key)
  }
  return outputs
}

function readClassRecord(where: string, classes: unknown): Map<string, unknown> {
  if (classes === undefined) return new Map()
  if (!isRecord(classes)) return refuse(where, 'classes must be a record by the names of the outputs', classes)
  return new Map(readRecord(where, 'classes', classes).filter(([, value]) => value !== undefined))
}

/** How messages call something of an output. */
export const shown = (what: string, key: string | undefined): string => (key === undefined ? what : `${what}.${key}`)

/** Reads what is to be predicted. */
export function readOutputs(where: string, given: GivenOutputs): OutputColumn[] {
  return listOutputs(where, given).map(({ key, column: place, kind, value, classes: known }): OutputColumn => {
    const name = shown(kind, key)
    if (kind === 'labels') {
      const { ids, classes } = encodeLabels(where, value, known, name, shown('classes', key))
      const native = labelColumn(place, ids, classes.length)
      return { native, rows: ids.length, name, meta: { key, column: place, shape: undefined, classes } }
    }
    const { native, rows, shape } = column(where, place, 'target', readTensor(`${where}: ${name}`, value), name)
    return { native, rows, name, meta: { key, column: place, shape, classes: undefined } }
  })
}

/** Reads one weight per row. */
export function readWeights(where: string, value: unknown): Pick<OutputColumn, 'native' | 'rows' | 'name'> {
  const { native, rows, shape } = column(where, WEIGHTS, 'weight', readTensor(`${where}: weights`, value), 'weights')
  if (shape.length !== 1 || shape[0] !== 1) {
    const text = `${where}: weights must have one number per row, shape [n] or [n, 1]`
    throw new DownslopeError('ERR_SHAPE', `${text}, received [${[rows, ...shape].join(', ')}]`)
  }
  return { native: { ...native, shape: [] }, rows, name: 'weights' }
}
