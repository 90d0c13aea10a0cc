import { DownslopeError } from '../errors.ts'
import { guarded, refuse } from '../options.ts'
import { type EmittedNode, emit } from './emit.ts'
import { type Expression, expressionInside, leaf } from './expression.ts'
import { sum } from './reduce.ts'
import { refuseShape, type Sizes, sameShape } from './shape.ts'

/**
 * A loss of your own: from what the network predicts and what it should be to one value per row, in terms of
 * `downslope/ops`. It is called once, before training.
 *
 * `prediction` is the output of the network, `target` numbers as they are in the data, or class ids `['rows']`.
 *
 * @example
 * ```ts
 * const pinball: LossFunction = ({ prediction, target }) => {
 *   const off = ops.subtract(target, prediction)
 *   return ops.mean(ops.maximum(ops.multiply(off, 0.9), ops.multiply(off, -0.1)), { axis: -1 })
 * }
 * fit(network, data, { loss: pinball })
 * ```
 */
export type LossFunction = (values: { readonly prediction: Expression; readonly target: Expression }) => Expression

/** A value of the graph that a loss is added to. */
export interface LossOperand {
  readonly name: string
  readonly shape: Sizes
  readonly type: 'f32' | 'u32'
}

/** A loss as a part of a graph. */
export interface LossNodes {
  readonly nodes: readonly EmittedNode[]
  /** Name of the value with one number per row. */
  readonly value: string
}

/**
 * The nodes of a loss function, all named `prefix/…`; the value has the shape `['rows']`.
 *
 * @throws DownslopeError `ERR_SHAPE` when it does not give one value per row; `ERR_OPTION` when it gives something else or throws
 */
export function lossNodes(
  where: string,
  loss: LossFunction,
  prediction: LossOperand,
  target: LossOperand,
  prefix: string,
): LossNodes {
  const owner = {}
  const values = Object.freeze({
    prediction: leaf(prediction.name, prediction.shape, prediction.type, owner, true),
    target: leaf(target.name, target.shape, target.type, owner, false),
  })
  const made = guarded(`${where}: the loss`, 'ERR_OPTION', () => loss(values))
  if (expressionInside(made) === undefined) {
    refuse(where, 'a loss must give an expression made by downslope/ops', made)
  }
  const { nodes, states, values: names } = emit([oneEach(where, made)], { where, owner, prefix })
  const [value] = names
  if (value === undefined || states.length > 0)
    throw new DownslopeError('ERR_INTERNAL', `${where}: a loss without value`)
  return { nodes, value }
}

function oneEach(where: string, made: Expression): Expression {
  if (made.type === 'f32' && sameShape(made.shape, ['rows'])) return made
  if (made.type === 'f32' && sameShape(made.shape, ['rows', 1])) return sum(made, { axis: 1 })
  return refuseShape(where, "a loss must give one number per row, shape ['rows'] or ['rows', 1]", made.shape)
}
