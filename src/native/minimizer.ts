import { type NativeDataset, type NativeTensor, native, type Outcome } from './index.ts'

/** What a chunk of steps of a minimizer did. */
export interface NativeDescent {
  /** Steps taken in this call. */
  readonly steps: number
  /** The objective before each step. */
  readonly values: Float64Array
  /** The parameters after each step, one behind the other. */
  readonly parameters?: Float32Array
  /** A value or parameter was not finite. */
  readonly diverged: boolean
  /** The cancel flag was seen. */
  readonly cancelled: boolean
}

/** Parameters of an objective on their way down. */
export interface NativeMinimizer {
  readonly hyperparameters: string[]
  readonly stepsPerEpoch: number
  advance(rows: Float64Array, steps: number, milliseconds: number, record: boolean): Promise<Outcome<NativeDescent>>
  cancel(): void
  close(): void
  report(): void
}

/** Values of a graph's outputs, and gradients of its loss. */
export interface NativeEvaluation {
  readonly outputs: NativeTensor[]
  readonly gradients: NativeTensor[]
}

/** The part of the binding that runs expressions. */
export interface MinimizerBinding {
  createMinimizer(
    graph: string,
    tensors: NativeTensor[],
    data: NativeDataset | undefined,
    options: string,
  ): Promise<Outcome<NativeMinimizer>>
  evaluateGraph(graph: string, tensors: NativeTensor[], gradient: boolean): Promise<Outcome<NativeEvaluation>>
}

/** The part of the binding that runs expressions. */
export const expressions = (): MinimizerBinding => native() as unknown as MinimizerBinding
