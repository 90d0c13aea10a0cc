import { WEIGHTS } from '../data/columns.ts'
import type { DatasetMeta } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { NativeTensor } from '../native/index.ts'
import { multiply } from '../ops/arithmetic.ts'
import { emit } from '../ops/emit.ts'
import { constant, type Expression, expressionInside, leaf, readOperand, sourceOf } from '../ops/expression.ts'
import { hasRows, refuseShape, type Sizes } from '../ops/shape.ts'
import { guarded, refuse } from '../options.ts'
import type { Entry, Handles } from './point.ts'

/** Constants of more elements travel as tensors, not as text. */
const INLINE = 64

/** What a data set gives to an objective. */
export interface ObjectiveData<
  I extends Expression | Readonly<Record<string, Expression>> = Expression,
  T extends Expression | Readonly<Record<string, Expression>> = Expression,
> {
  /** Rows of the batch: one expression, or by name for a data set with named inputs. */
  readonly inputs: I
  /** Numbers as in the data set (`[n]` is `['rows', 1]`), or class ids `['rows']`; by name where there are several. */
  readonly targets: T
  /** Weights of the rows, `['rows']`, where the data set has them; they are applied already where an objective gives one value per row. */
  readonly weights?: Expression
}

/** Expressions on their way to the engine. */
export interface Program {
  /** The graph, as JSON. */
  readonly graph: string
  /** Big constants. */
  readonly constants: readonly NativeTensor[]
  /** The first output has one value per row of a batch. */
  readonly perRow: boolean
}

interface Input {
  readonly name: string
  readonly shape: Sizes
  readonly type: 'f32' | 'u32'
}

/** What an objective is called with, and what its expressions may be made of. */
export interface Scene {
  readonly owner: object
  readonly parameters: readonly Entry[]
  readonly inputs: readonly Input[]
}

/** Calls an objective and writes down what it gives: one number, or one per row, whose mean is taken. */
export function objectiveProgram<P>(
  where: string,
  objective: unknown,
  parameters: readonly Entry[],
  meta: DatasetMeta<Labels> | undefined,
): Program {
  if (typeof objective !== 'function') return refuse(where, 'the objective must be a function', objective)
  const owner = {}
  const handles = handlesOf<P>(parameters, owner)
  const { inputs, data } = meta === undefined ? { inputs: [], data: undefined } : dataHandles(meta, owner)
  const made: unknown = guarded(`${where}: the objective`, 'ERR_OPTION', () =>
    data === undefined ? objective(handles) : objective(handles, data),
  )
  if (expressionInside(made) === undefined && typeof made !== 'number') {
    refuse(where, 'the objective must give an expression made by downslope/ops', made)
  }
  const value = readOperand(`${where}: the objective`, made)
  if (value.shape.length > (hasRows(value.shape) ? 1 : 0)) {
    const rows = data === undefined ? '' : " or one per row, shape ['rows'],"
    refuseShape(where, `the objective must give one number${rows} (take ops.sum or ops.mean of it)`, value.shape)
  }
  return write(where, [['objective', value]], { owner, parameters, inputs }, true)
}

/** Expressions for the entries of a point. */
export function handlesOf<P>(entries: readonly Entry[], owner: object): Handles<P> {
  const handles = entries.map(({ name, id, shape }) => [name, leaf(id, shape, 'f32', owner, true)])
  return Object.freeze(Object.fromEntries(handles)) as Handles<P>
}

/** Constants for the entries of a point. */
export function constantsOf<P>(entries: readonly Entry[]): Handles<P> {
  const handles = entries.map(({ name, shape, values }) => [name, constant(values, shape)])
  return Object.freeze(Object.fromEntries(handles)) as Handles<P>
}

function dataHandles(meta: DatasetMeta<Labels>, owner: object): { inputs: Input[]; data: ObjectiveData<never> } {
  const inputs = meta.inputs.map(
    ({ name, shape, type }): Input => ({ name, shape: ['rows', ...shape], type: type === 'u32' ? 'u32' : 'f32' }),
  )
  const outputs = meta.outputs.map(
    ({ column, shape }): Input =>
      shape === undefined
        ? { name: column, shape: ['rows'], type: 'u32' }
        : { name: column, shape: ['rows', ...shape], type: 'f32' },
  )
  const weights: Input[] = meta.weighted ? [{ name: WEIGHTS, shape: ['rows'], type: 'f32' }] : []
  const all = [...inputs, ...outputs, ...weights]
  const handles = new Map(all.map(({ name, shape, type }) => [name, leaf(name, shape, type, owner, false)]))
  const named = (keys: readonly (readonly [string, string])[]): Readonly<Record<string, Expression | undefined>> =>
    Object.freeze(Object.fromEntries(keys.map(([key, name]) => [key, handles.get(name)])))
  const [only] = meta.outputs
  const data = {
    inputs: meta.named ? named(inputs.map(({ name }) => [name, name])) : handles.get(inputs[0]?.name ?? ''),
    targets:
      only?.key === undefined
        ? handles.get(only?.column ?? '')
        : named(meta.outputs.map(({ key, column }) => [key ?? column, column])),
    ...(meta.weighted ? { weights: handles.get(WEIGHTS) } : {}),
  }
  return { inputs: all, data: Object.freeze(data) as unknown as ObjectiveData<never> }
}

/** Writes named expressions as a graph; with `loss` the first is what is minimised. */
export function write(
  where: string,
  outputs: readonly (readonly [name: string, value: Expression])[],
  { owner, parameters, inputs }: Scene,
  loss: boolean,
): Program {
  // an output is made by a node
  const values = outputs.map(([, value]) => (sourceOf(value).kind === 'node' ? value : multiply(value, 1)))
  const taken = [...parameters.map(({ id }) => id), ...inputs.map(({ name }) => name)]
  const emitted = emit(values, { where, owner, prefix: 'ops', taken, inline: INLINE })
  const used = new Set(emitted.nodes.flatMap((node) => node.inputs))
  const graph = {
    inputs: inputs.filter(({ name }) => used.has(name)),
    parameters: parameters.map(({ id, shape }) => ({
      name: id,
      shape,
      initializer: { kind: 'zeros' },
      decay: true,
      trainable: true,
    })),
    states: emitted.states.map(({ name, shape }) => ({ name, shape, initial: 0 })),
    nodes: emitted.nodes,
    // outputs of a graph with inputs are predictions, with a row for each sample
    outputs: inputs.length > 0 ? [] : outputs.map(([name], index) => ({ name, value: emitted.values[index] })),
    losses: loss ? [{ name: 'objective', value: emitted.values[0], weight: 1 }] : [],
  }
  const constants = emitted.states.map(({ name, shape, values: numbers }) => ({
    name,
    shape: [...shape],
    values: numbers,
  }))
  return { graph: JSON.stringify(graph), constants, perRow: hasRows(outputs[0]?.[1].shape ?? []) }
}
