// one line for each loss of (prediction, target)
import { ranges, readNumber, readOptions } from '../options.ts'
import type { Expression, ExpressionLike } from './expression.ts'
import { perRow } from './perRow.ts'
import * as spelt from './spelt.ts'

/** A loss: one value per row, from the prediction and what it should be. */
export type RowLoss = (prediction: ExpressionLike, target: ExpressionLike) => Expression

/** Options of {@link huber}. */
export interface HuberOptions {
  /** Where the parabola becomes a line, > 0; default 1. */
  readonly delta?: number
}

const loss = (name: string, rule: Parameters<typeof perRow>[1]): RowLoss =>
  Object.freeze((prediction: ExpressionLike, target: ExpressionLike) => perRow(name, rule, prediction, target))

/**
 * Mean of (prediction − target)² over the outputs of a row. Shapes must be the same (`[n]` matches `[n, 1]`) and never
 * broadcast; the first axis is the rows.
 *
 * @throws DownslopeError `ERR_SHAPE` when shapes differ; `ERR_OPTION` when the target depends on what is trained
 * @example
 * ```ts
 * ops.mean(ops.meanSquaredError(ops.matmul(inputs, theta), targets))
 * ```
 */
export const meanSquaredError: RowLoss = loss('meanSquaredError', { op: 'squaredError', spelt: spelt.squaredError })
/** Mean of |prediction − target| over the outputs of a row; as {@link meanSquaredError}. */
export const meanAbsoluteError: RowLoss = loss('meanAbsoluteError', { op: 'absoluteError', spelt: spelt.absoluteError })
/** Mean of log cosh(prediction − target) over the outputs of a row; as {@link meanSquaredError}. */
export const logCosh: RowLoss = loss('logCosh', { op: 'logCosh', spelt: spelt.logCosh })
/** Mean of max(0, 1 − target · prediction) over the outputs of a row, targets ±1; as {@link meanSquaredError}. */
export const hinge: RowLoss = loss('hinge', { op: 'hinge', spelt: spelt.hinge })
/** Mean of e^prediction − target · prediction over the outputs of a row: predictions are log rates; as {@link meanSquaredError}. */
export const poisson: RowLoss = loss('poisson', { op: 'poisson', spelt: spelt.poisson })
/** Σ t · (log t − log softmax(z)) over the classes of a row, for logits z `[n, k]` and probabilities t `[n, k]`. */
export const kullbackLeibler: RowLoss = loss('kullbackLeibler', {
  op: 'kullbackLeibler',
  spelt: spelt.kullbackLeibler,
  classes: true,
})
/** −log softmax(z)[class] of logits z `[n, k]` and class ids `[n]`, or −Σ t · log softmax(z) for probabilities t `[n, k]`. */
export const crossEntropy: RowLoss = loss('crossEntropy', {
  op: 'crossEntropy',
  spelt: spelt.crossEntropy,
  classes: true,
  ids: 'classes',
})
/** −t · log σ(z) − (1 − t) · log(1 − σ(z)) of logits z, mean over the outputs of a row; t in [0, 1], or two-class ids for one output. */
export const binaryCrossEntropy: RowLoss = loss('binaryCrossEntropy', {
  op: 'binaryCrossEntropy',
  spelt: spelt.binaryCrossEntropy,
  probabilities: true,
  ids: 'two',
})

/**
 * With d = prediction − target: d²/2 up to `delta`, `delta` · (|d| − delta/2) beyond; the mean over the outputs of a row. Huber
 * (1964). As {@link meanSquaredError}.
 *
 * @throws DownslopeError `ERR_OPTION` when delta is not > 0
 */
export function huber(prediction: ExpressionLike, target: ExpressionLike, options: HuberOptions = {}): Expression {
  const delta = readNumber('huber', 'delta', readOptions('huber', options, ['delta']).delta, ranges.positive, 1)
  return perRow('huber', { op: 'huber', attributes: { delta }, spelt: spelt.huber(delta) }, prediction, target)
}
