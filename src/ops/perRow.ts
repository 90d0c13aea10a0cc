import { DownslopeError } from '../errors.ts'
import { refuse } from '../options.ts'
import {
  type Attributes,
  constant,
  type Expression,
  isTrained,
  node,
  readAny,
  readOperand,
  sourceOf,
} from './expression.ts'
import { mean, sum } from './reduce.ts'
import { reshape } from './reshape.ts'
import { elements, hasRows, refuseShape, type Size, type Sizes, sameShape } from './shape.ts'
import type { Spelling } from './spelt.ts'

/** What there is to know of a loss. */
export interface RowRule {
  /** The engine's op. */
  readonly op: string
  /** The outputs of a row are the logits of classes. */
  readonly classes?: boolean
  /** Targets are probabilities; with classes they always are. */
  readonly probabilities?: boolean
  /** Class ids are targets too: one of the classes, or 0 and 1 for one output. */
  readonly ids?: 'classes' | 'two'
  readonly attributes?: Attributes
  /** The same without rows; the sum over classes, else the mean of these is the value of a row. */
  readonly spelt: Spelling
}

/** One value per row, of prediction and target; the first axis is the rows. */
export function perRow(where: string, rule: RowRule, prediction: unknown, target: unknown): Expression {
  const { op, attributes = {} } = rule
  const left = readOperand(where, prediction)
  const right = readAny(where, target)
  if (isTrained(right)) {
    const text = `${where}: the target must not depend on what is trained (or pass it through stopGradient)`
    throw new DownslopeError('ERR_OPTION', `${text}, received one that does`)
  }
  if (rule.classes && left.shape.length !== 2) {
    refuseShape(where, 'the prediction must be logits [rows, classes]', left.shape)
  }
  const [size = 1] = left.shape
  const matrix = flat(left)
  const wanted = rule.ids === undefined ? undefined : ids(where, rule.ids, matrix, right)
  if (wanted !== undefined && hasRows(left.shape)) return node(op, [matrix, wanted], [size], attributes)
  if (wanted !== undefined) return spell(rule, matrix, wanted)
  if (right.type === 'u32') {
    const text = `${where}: the target must be numbers of the shape of the prediction, received class ids`
    throw new DownslopeError('ERR_DATA', text)
  }
  if (!sameShape(column(left.shape), column(right.shape))) {
    refuseShape(where, 'prediction and target must have the same shape', left.shape, right.shape)
  }
  if (rule.classes || rule.probabilities) checkProbabilities(where, right)
  if (hasRows(left.shape)) return node(op, [matrix, flat(right)], [size], attributes)
  const value = spell(rule, matrix, flat(right))
  return left.shape.length === 0 ? reshape(value, []) : value
}

function spell({ spelt, classes }: RowRule, prediction: Expression, target: Expression): Expression {
  const reduce = classes ? sum : mean
  return reduce(spelt(prediction, target), { axis: 1 })
}

/** `[n]` is `[n, 1]`, for comparing. */
const column = (shape: Sizes): Sizes => (shape.length === 1 ? [...shape, 1] : shape)

/** Rows of one axis. */
function flat(value: Expression): Expression {
  const { shape } = value
  const width = hasRows(shape) ? elements(shape) : elements(shape.slice(1))
  return reshape(value, hasRows(shape) ? [width] : [(shape[0] as number | undefined) ?? 1, width])
}

/** A target of class ids; `undefined` for one of numbers. */
function ids(where: string, kind: 'classes' | 'two', matrix: Expression, target: Expression): Expression | undefined {
  const [rows, width] = matrix.shape as readonly [Size, number]
  const matches = target.shape.length === 1 && target.shape[0] === rows
  if (target.type === 'u32') {
    if (matches && (kind === 'classes' || width === 1)) return target
    const needed = kind === 'classes' ? 'ids need logits [rows, classes]' : 'ids need one output [rows, 1]'
    return refuseShape(where, needed, matrix.shape, target.shape)
  }
  const source = sourceOf(target)
  if (kind === 'two' || !matches) return undefined
  if (source.kind !== 'constant') {
    return refuse(where, 'class ids must be labels of a data set or constant whole numbers', target, 'ERR_DATA')
  }
  const chosen = new Float32Array(source.values.length * width)
  for (const [row, id] of source.values.entries()) {
    if (!Number.isInteger(id) || id < 0 || id >= width) {
      refuse(where, `class ids must be integers in [0, ${width})`, id, 'ERR_DATA')
    }
    chosen[row * width + id] = 1
  }
  return constant(chosen, [source.values.length, width])
}

function checkProbabilities(where: string, target: Expression): void {
  const source = sourceOf(target)
  if (source.kind !== 'constant') return
  for (const value of source.values) {
    if (!(value >= 0 && value <= 1)) refuse(where, 'targets must be probabilities in [0, 1]', value, 'ERR_DATA')
  }
}
