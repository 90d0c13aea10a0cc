/** A size of a shape: fixed, or `'rows'` for the samples of a batch. */
export type Size = number | 'rows'

/** Shape and element type of a value. */
export interface ValueType {
  /** `['rows', …]` where there is one row per sample. */
  readonly shape: readonly Size[]
  /** Numbers, or class and token ids. */
  readonly type: 'f32' | 'u32'
}

/** What data feeds. */
export interface GraphInput extends ValueType {
  readonly name: string
}

/** What training changes. */
export interface GraphParameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly initializer: Readonly<Record<string, unknown>>
  readonly regularizer?: { readonly l1: number; readonly l2: number; readonly proximal: boolean }
  readonly constraint?: { readonly maxNorm: number }
  /** Does weight decay apply. */
  readonly decay: boolean
  readonly trainable: boolean
}

/** What is kept with the model and not trained by gradients. */
export interface GraphState {
  readonly name: string
  readonly shape: readonly number[]
  readonly initial: number
}

/** One operation. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
}

/** What training minimises. */
export interface GraphLoss {
  readonly name: string
  readonly value: string
  readonly weight: number
  readonly prediction: string
  readonly target: string
}

/** The graph that is handed to the engine, as JSON; see docs/design/graph.md. */
export interface GraphSpec {
  readonly inputs: readonly GraphInput[]
  readonly parameters: readonly GraphParameter[]
  readonly states: readonly GraphState[]
  readonly nodes: readonly GraphNode[]
  readonly outputs: readonly { readonly name: string; readonly value: string }[]
  readonly losses: readonly GraphLoss[]
}
