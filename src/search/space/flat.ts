/** One coordinate of a point, as the native side knows it (`crates/search/src/space.rs`). */
export type Dimension = {
  /** Path in the space, for messages: `optimizer.sgd.momentum`, `widths[2]`. */
  readonly name: string
  /** Active while the parent's coordinate lies in [low, high] (and the parent is active); always where absent. */
  readonly when?: { readonly parent: number; readonly low: number; readonly high: number }
} & (
  | {
      readonly kind: 'float'
      readonly low: number
      readonly high: number
      readonly log: boolean
      readonly step?: number
    }
  | { readonly kind: 'int'; readonly low: number; readonly high: number; readonly log: boolean; readonly step: number }
  | { readonly kind: 'ordinal' | 'category'; readonly count: number }
)

/** A space as a list; a parent comes before what depends on it. */
export interface FlatSpace {
  readonly dimensions: readonly Dimension[]
}

/** One number for each dimension: floats and integers as they are, ordinals and categories as index, NaN where not active. */
export type Point = Float64Array
