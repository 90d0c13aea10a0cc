import type { Inputs } from './columns.ts'
import type { Label } from './labels.ts'
import type { TensorLike } from './tensor.ts'
import type { IntegerArray } from './typed.ts'

/** Labels of several outputs by name. */
export type LabelRecord = Readonly<Record<string, Label>>

/** Labels as a data set has them: of the only output, or of several by name. */
export type Labels = Label | LabelRecord

/** The classes of a data set: of the only output, or of those outputs that have labels. */
export type ClassesOf<L extends Labels> = [L] extends [Label]
  ? readonly L[] | undefined
  : { readonly [K in keyof L]: readonly L[K][] }

/** One class per row: whole numbers or texts. */
export type LabelValues = readonly Label[] | IntegerArray

/** The type of the labels in a list of them. */
export type LabelOf<V> = V extends readonly (infer L)[] ? (L extends string ? string : number) : number

/** The type of the labels in lists of them by name. */
export type LabelsOf<V> = { readonly [K in keyof V]: LabelOf<V[K]> }

/** What every form has. */
export interface RowOptions {
  /** Rows first: a tensor, nested arrays, or a record of them by the names of the network's inputs. */
  readonly inputs: Inputs
  /** One weight per row, ≥ 0 and not all 0: what a row counts in the mean loss. Default: all rows count the same. */
  readonly weights?: TensorLike
}

/** Numbers to predict. */
export interface TargetOptions extends RowOptions {
  /** `[n]` or `[n, k]`, or a record of them by the names of the outputs; `[n]` is `[n, 1]` and never broadcast. */
  readonly targets: TensorLike | Readonly<Record<string, TensorLike>>
}

/** Classes to predict. */
export interface LabelOptions<L extends Label> extends RowOptions {
  /** One class per row: whole numbers or texts. */
  readonly labels: readonly L[] | (L extends number ? IntegerArray : never)
  /** The classes in order, for a set that may lack some of them; default: those that occur, sorted. */
  readonly classes?: readonly L[]
}

/** Classes, and maybe numbers, to predict by several outputs. */
export interface OutputOptions<V extends Readonly<Record<string, LabelValues>>> extends RowOptions {
  /** One class per row for each of these outputs. */
  readonly labels: V
  /** The classes in order, for outputs whose labels may lack some of them; default: those that occur, sorted. */
  readonly classes?: { readonly [K in keyof V]?: readonly LabelOf<V[K]>[] }
  /** `[n]` or `[n, k]` for each of the other outputs. */
  readonly targets?: Readonly<Record<string, TensorLike>>
}
