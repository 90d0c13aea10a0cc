import { type Attributes, type Expression, type ExpressionLike, node, readOperand } from './expression.ts'
import { broadcast } from './shape.ts'

/** A function of each number: shape in, shape out. */
export type Unary = (x: ExpressionLike) => Expression

/** A function of two numbers each, with broadcasting. */
export type Binary = (a: ExpressionLike, b: ExpressionLike) => Expression

/** Makes an elementwise function of an op. */
export function unary(op: string): Unary {
  return Object.freeze((x: ExpressionLike) => elementwise(op, x))
}

/** Applies an elementwise op with its own options. */
export function elementwise(op: string, x: ExpressionLike, attributes: Attributes = {}): Expression {
  const operand = readOperand(op, x)
  return node(op, [operand], operand.shape, attributes)
}

/** Makes a function of two operands of an op. `blocks` says that it has no gradient. */
export function binary(op: string, blocks = false): Binary {
  return Object.freeze((a: ExpressionLike, b: ExpressionLike) => {
    const left = readOperand(op, a)
    const right = readOperand(op, b)
    return node(op, [left, right], broadcast(op, left.shape, right.shape), {}, blocks)
  })
}
