import { DownslopeError } from '../errors.ts'
import { type Attributes, type Expression, sourceOf } from './expression.ts'

/** One operation of the engine's graph. */
export interface EmittedNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly attributes: Attributes
}

/** A big constant: a state of the graph, with its values. */
export interface EmittedState {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Expressions as a part of a graph. */
export interface Emitted {
  readonly nodes: readonly EmittedNode[]
  readonly states: readonly EmittedState[]
  /** Names of the values of the expressions, in order. */
  readonly values: readonly string[]
}

/** How expressions become nodes. */
export interface EmitOptions {
  /** Which call it is, for messages. */
  readonly where: string
  /** The call that leaves must belong to. */
  readonly owner: object
  /** Before every name, so that it clashes with nothing. */
  readonly prefix: string
  /** Names that are taken. */
  readonly taken?: Iterable<string>
  /** Constants of more elements become states; default: none. */
  readonly inline?: number
}

/** Writes expressions down as nodes, each shared one once, operands first. */
export function emit(expressions: readonly Expression[], options: EmitOptions): Emitted {
  const { where, owner, prefix, taken = [], inline = Number.POSITIVE_INFINITY } = options
  const used = new Set(taken)
  const counts = new Map<string, number>()
  const names = new Map<Expression, string>()
  const numbers = new Map<string, string>()
  const nodes: EmittedNode[] = []
  const states: EmittedState[] = []

  const nameFor = (op: string): string => {
    for (;;) {
      const count = (counts.get(op) ?? 0) + 1
      counts.set(op, count)
      const name = `${prefix}/${op}_${count}`
      if (!used.has(name)) return name
    }
  }
  const add = (op: string, inputs: readonly string[], attributes: Attributes): string => {
    const name = nameFor(op)
    nodes.push({ name, op, inputs, attributes })
    return name
  }
  const write = (expression: Expression): string => {
    const source = sourceOf(expression)
    if (source.kind === 'node') {
      const inputs = source.inputs.map((input) => names.get(input) as string)
      return add(source.op, inputs, source.attributes)
    }
    if (source.kind === 'leaf') {
      if (source.owner === owner) return source.name
      const text = `${where}: expressions must be made of the values that this call was given`
      throw new DownslopeError('ERR_OPTION', `${text}, received one of another call`)
    }
    const shape = expression.shape as readonly number[]
    const { values, pinned } = source
    if (values.length > inline && !pinned) {
      const name = nameFor('constant')
      states.push({ name, shape, values })
      return name
    }
    // a JSON number: -0 has no sign there, which only division and sign could see
    const key = `${shape.join()}:${values.join()}`
    const known = values.length === 1 ? numbers.get(key) : undefined
    if (known !== undefined) return known
    const name = add('constant', [], { shape: [...shape], values: [...values] })
    if (values.length === 1) numbers.set(key, name)
    return name
  }

  // not recursive: a loop of the user can nest expressions as deep as it likes
  for (const root of expressions) {
    const stack = [root]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (names.has(top)) {
        stack.pop()
        continue
      }
      const source = sourceOf(top)
      const missing = source.kind === 'node' ? source.inputs.filter((input) => !names.has(input)) : []
      if (missing.length > 0) {
        stack.push(...missing.reverse())
        continue
      }
      names.set(top, write(top))
      stack.pop()
    }
  }
  return { nodes, states, values: expressions.map((expression) => names.get(expression) as string) }
}
