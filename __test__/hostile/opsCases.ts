import * as d from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import type { Call } from './calls.ts'
import { type Case, points } from './world.ts'

type X = Record<'x' | 'y', d.Expression>

/** An operation in the middle of an expression: what it throws is judged by itself, and what it makes is computed. */
function op(of: string, make: (handles: X) => unknown[]): Case {
  const run = ops[of as 'add'] as unknown as Call
  return {
    of: `ops.${of}`,
    // the arguments can be made inside only; what is changed there is said by the call
    make: () => [make],
    call(_, world) {
      const build = (handles: X): d.Expression => {
        const values = make(handles)
        world.mutate(values)
        return world.inner(() => run(...values)) as d.Expression
      }
      const start = { x: points(), y: [1, 2] }
      if (world.random.chance(0.5)) return d.evaluate(build as never, start)
      return d.gradient(((handles: X) => ops.sum(world.inner(() => build(handles)))) as never, start)
    },
  }
}

const unary =
  'abs cos elu exp expm1 gelu hardSigmoid leakyRelu linear log log1p mish negate relu selu sigmoid sign silu sin softplus softsign sqrt square stopGradient tanh'
const binary = 'add subtract multiply divide pow maximum minimum greater less equal'
const losses =
  'binaryCrossEntropy crossEntropy hinge huber kullbackLeibler logCosh meanAbsoluteError meanSquaredError poisson'
const reductions = 'sum mean max min logSumExp'

export const opsCases: readonly Case[] = [
  ...unary.split(' ').map((of) => op(of, ({ x }) => [x])),
  ...binary.split(' ').map((of) => op(of, ({ x, y }) => [x, y])),
  ...binary.split(' ').map((of) => op(of, ({ x }) => [x, [[1], [2], [1], [2], [1], [2]]])),
  ...losses.split(' ').map((of) => op(of, ({ x }) => [x, points().map(() => [0.25, 0.75])])),
  op('crossEntropy', ({ x }) => [x, [0, 1, 1, 0, 1, 0]]),
  ...reductions.split(' ').map((of) => op(of, ({ x }) => [x, { axis: [0, -1], keepDims: true }])),
  op('argmax', ({ x }) => [x, { axis: 1, keepDims: true }]),
  op('softmax', ({ x }) => [x, { axis: [0, 1] }]),
  op('logSoftmax', ({ x }) => [x, { axis: -1 }]),
  op('matmul', ({ x, y }) => [x, y]),
  op('matmul', ({ x }) => [x, points().slice(0, 2)]),
  op('transpose', ({ x }) => [x, [1, 0]]),
  op('reshape', ({ x }) => [x, [3, -1]]),
  op('concatenate', ({ x }) => [[x, points(), x], { axis: 1 }]),
  op('slice', ({ x }) => [x, { axis: 0, begin: 1, end: -1 }]),
  op('gather', ({ x }) => [x, [0, 2, 5], { axis: 0 }]),
  op('where', ({ x, y }) => [ops.greater(x, 0), x, y]),
  op('clip', ({ x }) => [x, { min: 0, max: 1 }]),
]
