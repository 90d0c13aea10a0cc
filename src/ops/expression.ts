import { readTensor, type TensorLike } from '../data/tensor.ts'
import { DownslopeError } from '../errors.ts'
import { frozen, guarded, refuse, show } from '../options.ts'
import { checkSizes, type Sizes } from './shape.ts'

/**
 * A value that is computed later: what `downslope/ops` takes and gives. Frozen; shape and type are known at once, numbers
 * are not.
 */
export interface Expression {
  /** Tag. */
  readonly kind: 'expression'
  /** Sizes; `'rows'` first where there is one row per sample of the data. `[]` is one number. */
  readonly shape: readonly (number | 'rows')[]
  /** Numbers, or class and token ids. */
  readonly type: 'f32' | 'u32'
}

/** What an expression can be made of: another one, or a constant (a number, nested arrays, a typed array, a tensor). */
export type ExpressionLike = Expression | TensorLike

/** Options of an operation, as the engine takes them. */
export type Attributes = Readonly<Record<string, unknown>>

/** How a value comes about. */
export type Source =
  | { readonly kind: 'leaf'; readonly name: string; readonly owner: object }
  | {
      readonly kind: 'constant'
      readonly values: Float32Array
      /** It has to stand in the graph itself, however big it is. */
      readonly pinned: boolean
    }
  | {
      readonly kind: 'node'
      readonly op: string
      readonly inputs: readonly Expression[]
      readonly attributes: Attributes
    }

/** What only this library sees of an expression. */
export interface Inside {
  readonly source: Source
  /** Gradients flow through it to something that is trained. */
  readonly trained: boolean
}

const insides = new WeakMap<object, Inside>()

/** The inside of an expression, `undefined` for anything else; runs no code of the value. */
export function expressionInside(value: unknown): Inside | undefined {
  return typeof value === 'object' && value !== null ? insides.get(value) : undefined
}

/** How an expression that is surely one comes about. */
export function sourceOf(value: Expression): Source {
  const inside = insides.get(value)
  if (inside === undefined) throw new DownslopeError('ERR_INTERNAL', 'ops: an expression of nobody')
  return inside.source
}

/** Gradients flow through this expression to something that is trained. */
export function isTrained(value: Expression): boolean {
  return insides.get(value)?.trained ?? false
}

/** JavaScript's operators would make NaN of an expression. */
function refuseOperators(hint: string): string {
  if (hint === 'string') return '[expression]'
  const text =
    'expression: functions of downslope/ops must be used, like ops.add(a, b), received an operator of JavaScript'
  throw new DownslopeError('ERR_OPTION', text)
}

function define(shape: Sizes, type: Expression['type'], inside: Inside): Expression {
  const made: Expression = { kind: 'expression', shape: [...shape], type }
  Object.defineProperty(made, Symbol.toPrimitive, { value: refuseOperators })
  frozen(made)
  insides.set(made, inside)
  return made
}

/** A value that the graph has already: a parameter, an input, what a network predicts. `owner` is the call it belongs to. */
export function leaf(
  name: string,
  shape: Sizes,
  type: Expression['type'],
  owner: object,
  trained: boolean,
): Expression {
  return define(shape, type, { source: { kind: 'leaf', name, owner }, trained })
}

/** An operation on expressions; its value is an f32. `blocks` says that no gradient passes. */
export function node(
  op: string,
  inputs: readonly Expression[],
  shape: Sizes,
  attributes: Attributes = {},
  blocks = false,
): Expression {
  checkSizes(op, shape)
  const source: Source = Object.freeze({ kind: 'node', op, inputs: Object.freeze([...inputs]), attributes })
  return define(shape, 'f32', { source, trained: !blocks && inputs.some(isTrained) })
}

/** A constant of finite numbers. */
export function constant(values: Float32Array, shape: readonly number[], pinned = false): Expression {
  return define(shape, 'f32', { source: { kind: 'constant', values, pinned }, trained: false })
}

/** Reads numbers, copied and rounded to f32; each must be finite. */
export function readNumbers(where: string, value: unknown): { values: Float32Array; shape: readonly number[] } {
  const { data, shape } = guarded(where, 'ERR_DATA', () => readTensor(where, value))
  if (shape.includes(0)) {
    throw new DownslopeError('ERR_SHAPE', `${where}: sizes must be ≥ 1, received [${shape.join(', ')}]`)
  }
  const values = new Float32Array(data)
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue
    const text = `${where}: numbers must be finite (as f32), received ${show(data[index])} at element ${index}`
    throw new DownslopeError('ERR_DATA', text)
  }
  return { values, shape }
}

/** Reads an operand of either type: an expression, or a constant. */
export function readAny(where: string, value: unknown): Expression {
  if (expressionInside(value) !== undefined) return value as Expression
  if (typeof value !== 'number' && (typeof value !== 'object' || value === null)) {
    return refuse(where, 'operands must be expressions, numbers, arrays or tensors', value, 'ERR_DATA')
  }
  const { values, shape } = readNumbers(where, value)
  return constant(values, shape)
}

/** Reads an operand that must be numbers. */
export function readOperand(where: string, value: unknown): Expression {
  const operand = readAny(where, value)
  if (operand.type === 'f32') return operand
  const text = `${where}: operands must be numbers, received ids (labels or integer inputs), which only gather and`
  throw new DownslopeError('ERR_DATA', `${text} the cross entropies take`)
}
