import { isTensor, type Tensor } from '../data/tensor.ts'
import { arrayKind } from '../data/typed.ts'
import { native, unwrapLater } from '../native/index.ts'
import { type Expression, expressionInside, readOperand } from '../ops/expression.ts'
import { guarded, refuse } from '../options.ts'
import { constantsOf, write } from './graph.ts'
import { fromNative, type Handles, type Point, readPoint } from './point.ts'

/** What an expression is worth: a number where its shape is `[]`, else a tensor. */
export type Evaluated<R> = R extends Expression
  ? number | Tensor<Float32Array>
  : { readonly [K in keyof R]: number | Tensor<Float32Array> }

/**
 * Computes an expression, or a record of them.
 *
 * @param f from the inputs to an expression (or a record of expressions), in terms of `downslope/ops`
 * @param inputs numbers, nested arrays, typed arrays or tensors by name; constants for `f`
 * @throws DownslopeError (as a rejection) `ERR_OPTION` when `f` gives no expression or throws; `ERR_SHAPE` when shapes do not fit;
 * `ERR_DATA` when inputs are not finite numbers
 * @example
 * ```ts
 * await evaluate(({ x }) => ops.relu(x), { x: [-1, 2] })        // { data: Float32Array [0, 2], shape: [2] }
 * ```
 */
export async function evaluate<
  P extends Point<P>,
  R extends Expression | Readonly<Record<string, Expression>> = Expression,
>(f: (inputs: Handles<P>) => R, inputs: P): Promise<Evaluated<R>> {
  const { outputs, program, single } = guarded('evaluate', 'ERR_OPTION', () => {
    const entries = readPoint('evaluate', 'inputs', inputs)
    if (typeof f !== 'function') refuse('evaluate', 'f must be a function', f)
    const made: unknown = guarded('evaluate: f', 'ERR_OPTION', () => f(constantsOf<P>(entries)))
    const { outputs, single } = readOutputs(made)
    return { outputs, single, program: write('evaluate', outputs, { owner: {}, parameters: [], inputs: [] }, false) }
  })
  const result = await unwrapLater(native().evaluateGraph(program.graph, [...program.constants], false))
  const values = outputs.map(([name, { shape }], index) => [
    name,
    fromNative(result.outputs[index], shape.length === 0),
  ])
  return (single ? values[0]?.[1] : Object.freeze(Object.fromEntries(values))) as Evaluated<R>
}

function readOutputs(made: unknown): { outputs: [string, Expression][]; single: boolean } {
  if (typeof made !== 'object' || made === null || isExpressionLike(made)) {
    if (typeof made !== 'number' && typeof made !== 'object') refuse('evaluate', 'f must give an expression', made)
    return { outputs: [['value', readOperand('evaluate', made)]], single: true }
  }
  const names = Reflect.ownKeys(made)
  const outputs = names.map((name): [string, Expression] => {
    const value: unknown = (made as Readonly<Record<PropertyKey, unknown>>)[name]
    if (typeof name !== 'string' || expressionInside(value) === undefined) {
      return refuse('evaluate', 'f must give an expression, or a record of them by name', made)
    }
    return [name, value as Expression]
  })
  if (outputs.length === 0) refuse('evaluate', 'f must give at least one expression', made)
  return { outputs, single: false }
}

function isExpressionLike(made: object): boolean {
  return expressionInside(made) !== undefined || Array.isArray(made) || arrayKind(made) !== undefined || isTensor(made)
}
