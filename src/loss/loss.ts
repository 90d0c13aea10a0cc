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
  /** What the network predicts with it, which metrics compare. */
  readonly predicts: 'classes' | 'numbers'
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
