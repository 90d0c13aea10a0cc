import { DownslopeError } from '../errors.ts'
import { type NativeDatasetBuilder, native, receive, unwrap } from '../native/index.ts'
import { coded, guarded, readOptions, readSignal, refuse } from '../options.ts'
import { checkInputName, type Inputs, isRecord, readRecord, WEIGHTS } from './columns.ts'
import { Dataset } from './dataset.ts'
import type { LabelOf, LabelValues } from './forms.ts'
import { type BlockRows, type Growing, growLabels, growNumbers } from './growing.ts'
import type { Label } from './labels.ts'
import { listOutputs, shown } from './outputs.ts'
import { isTensor, type TensorLike } from './tensor.ts'
import { arrayKind, arrayLength, type IntegerArray, isTensorData } from './typed.ts'

/**
 * A row or a block of rows. It is one row when a label, a target or the weight is a single number or text; otherwise the
 * first axis of everything is rows. A row with several targets and no label or weight is written as a block of one row.
 */
export interface RowItem {
  /** Of one row, or rows first; a record by the names of the network's inputs where there are several. */
  readonly inputs: Inputs
  /** ≥ 0: of the row, or one for each row. */
  readonly weights?: TensorLike
}

/** A row, or a block of rows, with numbers to predict. */
export interface TargetItem extends RowItem {
  /** Of one row, or rows first; a record by the names of the outputs where there are several. */
  readonly targets: TensorLike | Readonly<Record<string, TensorLike>>
}

/** A row, or a block of rows, with classes to predict. */
export interface LabelItem<L extends Label> extends RowItem {
  /** The class of the row, or one for each row. */
  readonly labels: L | readonly L[] | (L extends number ? IntegerArray : never)
}

/** A row, or a block of rows, with classes and maybe numbers to predict by several outputs. */
export interface OutputItem<V extends Readonly<Record<string, Label | LabelValues>>> extends RowItem {
  /** The class of the row, or one for each row, for each of these outputs. */
  readonly labels: V
  /** For each of the other outputs. */
  readonly targets?: Readonly<Record<string, TensorLike>>
}

/** Where rows come from: items, or arrays of items, at once or over time. */
export type RowSource<T> = AsyncIterable<T | readonly T[]> | Iterable<T | readonly T[]>

/** Options of {@link datasetFrom}. */
export interface DatasetFromOptions<C = readonly Label[]> {
  /** The classes in order (a record of them for several outputs); default: those that occur, sorted. */
  readonly classes?: C
  /** Aborting rejects with `signal.reason` and ends the source. */
  readonly signal?: AbortSignal
}

/** The type of labels that come one by one or in lists, by name. */
export type ItemLabels<V> = { readonly [K in keyof V]: V[K] extends Label ? LabelOf<readonly V[K][]> : LabelOf<V[K]> }

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
  const iterator = guarded(WHERE, 'ERR_DATA', () => open(source))
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
        item = readResult(result)
      } catch (cause) {
        // a source that throws has ended by itself
        ended = !signal?.aborted
        signal?.throwIfAborted()
        throw DownslopeError.is(cause) ? cause : failed(rows.count(), cause)
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

const WHERE = 'datasetFrom'

interface RowIterator {
  next(): unknown
  return?: (() => unknown) | undefined
}

function open(source: unknown): RowIterator {
  if (typeof source === 'object' && source !== null) {
    const { [Symbol.asyncIterator]: over, [Symbol.iterator]: now } = source as Record<symbol, unknown>
    const method = over ?? now
    if (typeof method === 'function') return Reflect.apply(method, source, []) as RowIterator
  }
  return refuse(WHERE, 'source must be an iterable or async iterable of rows', source, 'ERR_DATA')
}

function readResult(result: unknown): { done: boolean; value: unknown } {
  if (typeof result !== 'object' || result === null)
    refuse(WHERE, 'next() of the source must give objects', result, 'ERR_DATA')
  const { done, value } = result as IteratorResult<unknown>
  return { done: Boolean(done), value: done ? undefined : value }
}

function failed(rows: number, cause: unknown): DownslopeError {
  const { message } = coded(WHERE, 'ERR_DATA', cause)
  const text = message.replace(
    'a value of the caller could not be used, it threw',
    `the source failed after ${rows} rows:`,
  )
  return new DownslopeError('ERR_DATA', text, { cause })
}

/** Tells the source that no more is wanted. One that is still busy when we abort is not waited for. */
async function end(iterator: RowIterator, now: boolean): Promise<void> {
  try {
    const ending = Promise.resolve(iterator.return?.())
    ending.catch(() => {})
    if (!now) await ending
  } catch {
    // what went wrong first is what matters
  }
}

function abortOf(signal: AbortSignal): { promise: Promise<never>; release(): void } {
  let stop = (): void => {}
  const promise = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  promise.catch(() => {})
  return { promise, release: () => signal.removeEventListener('abort', stop) }
}

/** Lets the event loop turn when we have had it for a millisecond. */
function createPace(): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < 1) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now()
        resolve()
      }),
    )
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

interface Value {
  readonly role: 'input' | 'target' | 'label' | 'weight'
  /** Name of the column in native memory. */
  readonly column: string
  readonly key: string | undefined
  readonly value: unknown
}

/** What an item holds, by how messages call it, in an order of our own. */
function readItem(where: string, item: unknown, classes: unknown): Map<string, Value> {
  if (typeof item !== 'object' || item === null) return refuse(where, 'a row must be an object', item, 'ERR_DATA')
  const read = readOptions(where, item, ['inputs', 'targets', 'labels', 'weights'])
  const values = new Map<string, Value>()
  if (isRecord(read.inputs)) {
    for (const [name, value] of readRecord(where, 'inputs', read.inputs)) {
      checkInputName(where, name)
      values.set(`inputs.${name}`, { role: 'input', column: name, key: name, value })
    }
  } else values.set('inputs', { role: 'input', column: 'input', key: undefined, value: read.inputs })
  // classes of outputs that have none are found out here, by the first row
  const outputs = listOutputs(where, { targets: read.targets, labels: read.labels, classes })
  for (const { key, column, kind, value } of outputs) {
    values.set(shown(kind, key), { role: kind === 'labels' ? 'label' : 'target', column, key, value })
  }
  if (read.weights !== undefined) {
    values.set('weights', { role: 'weight', column: WEIGHTS, key: undefined, value: read.weights })
  }
  return values
}

function classesOf(classes: unknown, key: string | undefined): unknown {
  return key === undefined ? classes : (classes as Readonly<Record<string, unknown>> | undefined)?.[key]
}

const isSingle = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

function lengthOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  if (isTensorData(value)) return arrayLength(value)
  if (arrayKind(value) !== undefined) return (value as Uint8Array).length
  return isTensor(value) ? value.shape[0] : undefined
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
