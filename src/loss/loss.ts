/** Shape and element type of a target: ids, or numbers. */
export interface TargetType {
  readonly shape: readonly (number | 'rows')[]
  readonly type: 'f32' | 'u32'
}

/** What a network's output becomes with `probabilities: true`. */
export type Transform = 'none' | 'softmax' | 'sigmoid'

/** What a data set offers to compare predictions with. */
export interface TargetShape {
  /** Number of classes, with labels. */
  readonly classes: number | undefined
  /** Shape of one row, with targets. */
  readonly targets: readonly number[] | undefined
}

/** A loss: how it is added to a graph, and what it says about predictions. */
export interface Loss {
  /** The engine's op: (prediction, target) to one value per row. */
  readonly op: string
  /** What predictions are, and so which metrics compare them with targets; none do with log rates. */
  readonly predicts: 'numbers' | 'classes' | 'log rates'
  /** A final activation that belongs to the loss: the stable fused form is used on its input. */
  readonly fuses: 'softmax' | 'sigmoid' | undefined
  /** Turns what the loss takes into probabilities. */
  readonly transform: Transform
  /** Type of the target for an output with one row of this shape, or why the data do not fit. */
  target(row: readonly number[], data: TargetShape): TargetType | string
}

/** Freezes a loss. */
export function defineLoss(loss: Loss): Loss {
  return Object.freeze(loss)
}

/** Numbers of the shape of the output, or why not. */
export function numbersLike(row: readonly number[], data: TargetShape): TargetType | string {
  if (data.targets === undefined) return 'needs targets (numbers), received labels'
  const shape: (number | 'rows')[] = ['rows', ...row]
  if (data.targets.join() === row.join()) return { shape, type: 'f32' }
  return `needs targets of the shape of the output [${shape.join(', ')}], received [rows, ${data.targets.join(', ')}]`
}

/** Numbers of the shape of the output, or two-class labels for one output; or why not. */
export function binaryTarget(row: readonly number[], data: TargetShape): TargetType | string {
  if (data.classes === undefined) return numbersLike(row, data)
  if (row.length !== 1 || row[0] !== 1) {
    return `with labels needs an output [rows, 1], received [rows, ${row.join(', ')}]`
  }
  if (data.classes === 2) return { shape: ['rows'], type: 'u32' }
  return `with labels needs two classes, received ${data.classes}`
}
