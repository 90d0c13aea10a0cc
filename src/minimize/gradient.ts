import { native, unwrapLater } from '../native/index.ts'
import type { Expression } from '../ops/expression.ts'
import { guarded } from '../options.ts'
import { objectiveProgram } from './graph.ts'
import { flatten, fromNative, type Handles, type Point, readPoint, toNative, type ValuesOf } from './point.ts'

/** What {@link gradient} resolves to. */
export interface GradientResult<P> {
  /** The objective at the point. */
  readonly value: number
  /** Its derivative by each number of the point, in the same shapes. */
  readonly gradient: ValuesOf<P>
}

/**
 * Value and gradient of an expression at a point.
 *
 * @param objective from the point to one number, in terms of `downslope/ops`
 * @param point numbers come back as numbers, arrays and tensors as tensors
 * @throws DownslopeError (as a rejection) `ERR_OPTION` when the objective gives no expression or throws; `ERR_SHAPE` when it gives
 * more than a number; `ERR_DATA` when the point is not finite numbers
 * @example
 * ```ts
 * await gradient(({ x }) => ops.square(x), { x: 3 })           // { value: 9, gradient: { x: 6 } }
 * ```
 */
export async function gradient<P extends Point<P>>(
  objective: (point: Handles<P>) => Expression,
  point: P,
): Promise<GradientResult<P>> {
  const { entries, program } = guarded('gradient', 'ERR_OPTION', () => {
    const entries = readPoint('gradient', 'point', point)
    return { entries, program: objectiveProgram<P>('gradient', objective, entries, undefined) }
  })
  const tensors = [...toNative(entries, flatten(entries)), ...program.constants]
  const { outputs, gradients } = await unwrapLater(native().evaluateGraph(program.graph, tensors, true))
  const byName = new Map(gradients.map((tensor) => [tensor.name, tensor]))
  const parts = entries.map(({ name, id, plain }) => [name, fromNative(byName.get(id), plain)])
  const value = fromNative(outputs[0], true) as number
  return Object.freeze({ value, gradient: Object.freeze(Object.fromEntries(parts)) as ValuesOf<P> })
}
