import { DownslopeError } from '../errors.ts'
import { type NativeDatasetBuilder, native, receive, unwrap } from '../native/index.ts'
import { coded, guarded, readOptions, readSignal, refuse } from '../options.ts'
import { Dataset } from './dataset.ts'
import type { LabelValues } from './forms.ts'
import { type BlockRows, type Growing, growLabels, growNumbers } from './growing.ts'
import {
  classesOf,
  type DatasetFromOptions,
  type ItemLabels,
  isSingle,
  type LabelItem,
  lengthOf,
  type OutputItem,
  type RowSource,
  readItem,
  type TargetItem,
  type Value,
} from './items.ts'
import type { Label } from './labels.ts'
import { shown } from './outputs.ts'
import { abortOf, createPace, end, failed, open, readResult } from './source.ts'

const WHERE = 'datasetFrom'

/**
 * A data set of rows that come over time: read from a file, a database or the network. Rows are copied into native memory
 * piece by piece, so that the event loop stays free and memory holds them once; shapes and types are those of the first
 * row. Classes are sorted when all rows are there.
 *
 * When a row is refused, or `signal` aborts, the `return()` of the source's iterator is called.
 *
 * @param source an async or sync iterable of rows, blocks of rows, or arrays of them
 * @throws DownslopeError (as a rejection) as `dataset`, with the number of the row from 0; `ERR_DATA` when the source throws
 * (with its error as `cause`) or gives no rows
 * @example
 * ```ts
 * async function* rows() {
 *   for await (const line of createInterface(createReadStream('flowers.csv'))) {
 *     const cells = line.split(',')
 *     yield { inputs: cells.slice(0, 4).map(Number), labels: cells[4] }
 *   }
 * }
 * const data = await datasetFrom(rows())
 * ```
 */
export function datasetFrom(
  source: RowSource<TargetItem>,
  options?: Pick<DatasetFromOptions, 'signal'>,
): Promise<Dataset<never>>
export function datasetFrom(
  source: RowSource<LabelItem<string>>,
  options?: DatasetFromOptions<readonly string[]>,
): Promise<Dataset<string>>
export function datasetFrom(
  source: RowSource<LabelItem<number>>,
  options?: DatasetFromOptions<readonly number[]>,
): Promise<Dataset<number>>
export function datasetFrom<V extends Readonly<Record<string, Label | LabelValues>>>(
  source: RowSource<OutputItem<V>>,
  options?: DatasetFromOptions<{ readonly [K in keyof V]?: readonly ItemLabels<V>[K][] }>,
): Promise<Dataset<ItemLabels<V>>>
export async function datasetFrom(source: unknown, options: unknown = {}): Promise<unknown> {
  const read = readOptions(WHERE, options, ['classes', 'signal'])
  const signal = readSignal(WHERE, read.signal)
  signal?.throwIfAborted()
  const iterator = guarded(WHERE, 'ERR_DATA', () => open(WHERE, source))
  const rows = grow(read.classes)
  const pace = createPace()
  let ended = false
  const aborted = signal && abortOf(signal)
  try {
    for (;;) {
      let item: { done: boolean; value: unknown }
      try {
        const given = iterator.next()
        const result = await (aborted ? Promise.race([given, aborted.promise]) : given)
        item = readResult(WHERE, result)
      } catch (cause) {
        // a source that throws has ended by itself
        ended = !signal?.aborted
        signal?.throwIfAborted()
        throw DownslopeError.is(cause) ? cause : failed(WHERE, rows.count(), cause)
      }
      if (item.done) {
        ended = true
        break
      }
      try {
        for (const part of Array.isArray(item.value) ? item.value : [item.value]) {
          const block = rows.add(part)
          while (block?.next()) {
            await pace()
            signal?.throwIfAborted()
          }
        }
      } catch (cause) {
        signal?.throwIfAborted()
        throw coded(WHERE, 'ERR_DATA', cause)
      }
      await pace()
      signal?.throwIfAborted()
    }
    return await rows.finish()
  } finally {
    aborted?.release()
    rows.close()
    if (!ended) await end(iterator, signal?.aborted === true)
  }
}

/** Values of a block that are copied between two looks at the clock. */
const SLICE = 65_536

interface Part {
  /** How messages call it, and where it lies in an item. */
  readonly name: string
  readonly column: Growing
}

interface Rows {
  count(): number
  /** Appends a row; or begins a block, of which each `next()` appends a slice until it gives `false`. */
  add(item: unknown): { next(): boolean } | undefined
  finish(): Promise<Dataset>
  close(): void
}

function grow(classes: unknown): Rows {
  let builder: NativeDatasetBuilder | undefined
  let parts: Part[] = []
  let meta: ReturnType<typeof describe> | undefined
  let count = 0

  const place = (): string => `${WHERE}: row ${count}`
  const begin = (values: Map<string, Value>, block: boolean): void => {
    const made = [...values].map(([name, { role, column, key, value }], index): Part => {
      const append = (piece: Parameters<NativeDatasetBuilder['append']>[1]): void => {
        unwrap((builder as NativeDatasetBuilder).append(index, piece))
      }
      const known = role === 'label' ? classesOf(classes, key) : undefined
      return {
        name,
        column:
          role === 'label'
            ? growLabels(WHERE, column, name, known, shown('classes', key), append)
            : growNumbers(WHERE, column, name, role, value, block, append),
      }
    })
    builder = unwrap(native().createDatasetBuilder(made.map((part) => part.column.native)))
    meta = describe(values, made)
    parts = made
  }
  return {
    count: () => count,
    add(item) {
      const values = readItem(place(), item, classes)
      const block = ![...values.values()].some(({ role, value }) => role !== 'input' && isSingle(value))
      if (builder === undefined) {
        if (block && [...values.values()].every(({ value }) => lengthOf(value) === 0)) return undefined
        begin(values, block)
      } else {
        for (const name of values.keys()) {
          if (!parts.some((part) => part.name === name)) refuse(place(), 'rows must have what the first row has', name)
        }
      }
      const given = parts.map(({ name, column }): { column: Growing; value: unknown } => {
        const value = values.get(name)
        if (value === undefined) refuse(place(), `${name} must be given like in the first row`, undefined)
        return { column, value: value.value }
      })
      if (!block) {
        for (const { column, value } of given) column.row(value, count)
        count += 1
        return undefined
      }
      return writeBlock(given.map(({ column, value }) => column.block(value, count)))
    },
    async finish() {
      if (builder === undefined || meta === undefined) {
        throw new DownslopeError('ERR_DATA', `${WHERE}: the source must give at least one row, received none`)
      }
      for (const { column } of parts) column.flush()
      const numbered = parts.map(({ column }) => column.classes())
      const outputs = meta.outputs.map((output) => ({ ...output, classes: numbered[output.index]?.classes }))
      const handle = await receive(builder.finish(numbered.map((part) => part?.ids ?? new Uint32Array(0))))
      return new Dataset({ handle, meta: { ...meta, outputs: outputs.map(({ index: _, ...output }) => output) } })
    },
    close: () => builder?.close(),
  }

  function writeBlock(blocks: BlockRows[]): { next(): boolean } {
    const [first] = blocks
    const rows = first?.count ?? 0
    blocks.forEach((block, index) => {
      if (block.count === rows) return
      const text = `${place()}: ${parts[index]?.name} must have as many rows as ${parts[0]?.name} (${rows})`
      throw new DownslopeError('ERR_SHAPE', `${text}, received ${block.count}`)
    })
    const step = Math.max(1, Math.floor(SLICE / parts.reduce((sum, { column }) => sum + column.width, 0)))
    let done = 0
    return {
      next() {
        if (done === rows) return false
        const to = Math.min(rows, done + step)
        for (const block of blocks) block.write(done, to, count)
        count += to - done
        done = to
        return true
      },
    }
  }
}

/** What TypeScript remembers of the columns; `index` finds the classes when they are known. */
function describe(values: Map<string, Value>, parts: readonly Part[]) {
  const all = [...values.values()].map((value, index) => ({ ...value, index, form: (parts[index] as Part).column }))
  const inputs = all.filter(({ role }) => role === 'input')
  const outputs = all.filter(({ role }) => role === 'target' || role === 'label')
  return {
    inputs: inputs.map(({ column, form: { shape, type } }) => ({ name: column, shape, type })),
    outputs: outputs.map(({ key, column, role, index, form: { shape } }) => ({
      key,
      column,
      shape: role === 'target' ? shape : undefined,
      index,
    })),
    weighted: values.has('weights'),
    named: inputs[0]?.key !== undefined,
  }
}
