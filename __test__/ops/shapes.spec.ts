/** What expressions know before anything is computed: shapes, and what they refuse. */
import test from 'ava'
import { leaf } from '../../src/ops/expression.ts'
import * as ops from '../../src/ops.ts'
import { throwsCode } from '../helpers.ts'

const owner = {}
const rows = (...sizes: number[]): ops.Expression => leaf('x', ['rows', ...sizes], 'f32', owner, true)
const fixed = (...sizes: number[]): ops.Expression => leaf('w', sizes, 'f32', owner, true)
const ids = (...sizes: number[]): ops.Expression => leaf('ids', ['rows', ...sizes], 'u32', owner, false)
/** Numbers to compare with, as a data set gives them. */
const target = (...sizes: number[]): ops.Expression => leaf('target', ['rows', ...sizes], 'f32', owner, false)

/** Calls with the shape they must give. */
const shapes: [string, () => ops.Expression, (number | 'rows')[]][] = [
  ['numbers', () => ops.add(1, 2), []],
  ['nested arrays', () => ops.exp([[1, 2, 3]]), [1, 3]],
  ['typed arrays', () => ops.exp(new Uint8Array(4)), [4]],
  ['tensors', () => ops.exp({ data: new Float64Array(6), shape: [3, 2] }), [3, 2]],
  [
    'broadcast of a row',
    () =>
      ops.add(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [1, 2],
      ),
    [3, 2],
  ],
  ['broadcast of two', () => ops.multiply([[1], [2]], [1, 2, 3]), [2, 3]],
  ['broadcast to rows', () => ops.subtract(rows(3), [1, 2, 3]), ['rows', 3]],
  ['broadcast of rows', () => ops.divide(rows(1), fixed(1, 4)), ['rows', 4]],
  ['broadcast of a number to rows', () => ops.pow(2, rows()), ['rows']],
  ['where', () => ops.where(rows(1), fixed(2), 0), ['rows', 2]],
  ['clip', () => ops.clip(rows(2), { min: 0 }), ['rows', 2]],
  ['linear', () => ops.linear(fixed(2)), [2]],
  ['leakyRelu', () => ops.leakyRelu(fixed(2), { negativeSlope: 0.3 }), [2]],
  ['sum of all', () => ops.sum(rows(2, 3)), []],
  ['sum of all, kept', () => ops.sum(rows(2, 3), { keepDims: true }), [1, 1, 1]],
  ['sum of the last axis', () => ops.sum(rows(2, 3), { axis: -1 }), ['rows', 2]],
  ['sum of two axes', () => ops.sum(rows(2, 3), { axis: [-1, 0] }), [2]],
  ['sum of a number', () => ops.sum(3), []],
  ['mean over rows', () => ops.mean(rows(2), { axis: 0, keepDims: true }), [1, 2]],
  ['argmax', () => ops.argmax(rows(2, 3), { axis: 1 }), ['rows', 3]],
  ['argmax of all', () => ops.argmax(fixed(2, 3)), []],
  ['argmax of all, kept', () => ops.argmax(fixed(2, 3), { keepDims: true }), [1, 1]],
  ['softmax', () => ops.softmax(rows(3)), ['rows', 3]],
  ['softmax elsewhere', () => ops.softmax(rows(3, 2), { axis: 1 }), ['rows', 3, 2]],
  ['logSoftmax over rows', () => ops.logSoftmax(rows(3), { axis: 0 }), ['rows', 3]],
  ['matmul of matrices', () => ops.matmul(rows(3), fixed(3, 2)), ['rows', 2]],
  ['matmul with a vector', () => ops.matmul(rows(3), fixed(3)), ['rows']],
  ['matmul of vectors', () => ops.matmul(fixed(3), fixed(3)), []],
  ['matmul of a vector with a matrix', () => ops.matmul(fixed(3), fixed(3, 2)), [2]],
  ['matmul with leading rows', () => ops.matmul(rows(4, 3), fixed(3, 2)), ['rows', 4, 2]],
  ['matmul of many', () => ops.matmul(fixed(5, 1, 4, 3), fixed(2, 3, 6)), [5, 2, 4, 6]],
  ['transpose', () => ops.transpose(fixed(2, 3, 4)), [4, 3, 2]],
  ['transpose by a permutation', () => ops.transpose(rows(3, 4), [0, -1, 1]), ['rows', 4, 3]],
  ['reshape', () => ops.reshape(fixed(2, 6), [3, -1]), [3, 4]],
  ['reshape of rows', () => ops.reshape(rows(6), [2, -1]), ['rows', 2, 3]],
  ['reshape with rows written', () => ops.reshape(rows(1), ['rows']), ['rows']],
  ['reshape to a number', () => ops.reshape([[7]], []), []],
  ['concatenate', () => ops.concatenate([rows(2), rows(3)], { axis: -1 }), ['rows', 5]],
  ['slice', () => ops.slice(fixed(5, 2), { axis: 0, begin: 1, end: -1 }), [3, 2]],
  ['gather', () => ops.gather(fixed(5, 2), [[0, 4, 4]]), [1, 3, 2]],
  ['gather along an axis', () => ops.gather(rows(5, 2), [0, 1], { axis: -1 }), ['rows', 5, 2]],
  ['gather by ids', () => ops.gather(fixed(5, 2), ids(3)), ['rows', 3, 2]],
  ['stopGradient', () => ops.stopGradient(rows(2)), ['rows', 2]],
  ['a loss', () => ops.meanSquaredError(rows(3), target(3)), ['rows']],
  ['a loss of one output', () => ops.huber(rows(), target(1), { delta: 2 }), ['rows']],
  ['a loss of high rank', () => ops.logCosh(fixed(4, 2, 3), { data: new Float32Array(24), shape: [4, 2, 3] }), [4]],
  ['a loss of numbers', () => ops.poisson(fixed(), 1), []],
  ['crossEntropy of ids', () => ops.crossEntropy(rows(3), ids()), ['rows']],
  ['crossEntropy of constant ids', () => ops.crossEntropy(fixed(2, 3), [0, 2]), [2]],
  ['crossEntropy of probabilities', () => ops.crossEntropy(fixed(1, 2), [[0.5, 0.5]]), [1]],
  ['binaryCrossEntropy of ids', () => ops.binaryCrossEntropy(rows(1), ids()), ['rows']],
]

for (const [name, make, shape] of shapes) {
  test(`shape of ${name}`, (t) => {
    const made = make()
    t.deepEqual(made.shape, shape)
    t.is(made.type, 'f32')
    t.true(Object.isFrozen(made) && Object.isFrozen(made.shape))
  })
}

/** Calls that must fail. */
const refused: [string, 'ERR_SHAPE' | 'ERR_OPTION' | 'ERR_DATA', () => unknown, RegExp][] = [
  ['shapes that do not broadcast', 'ERR_SHAPE', () => ops.add([1, 2], [1, 2, 3]), /^add: .* received \[2\] and \[3\]$/],
  ['rows against a size', 'ERR_SHAPE', () => ops.add(rows(), fixed(3)), /must broadcast/],
  ['rows across', 'ERR_SHAPE', () => ops.subtract(rows(), rows(1)), /rows must meet rows/],
  ['results too large', 'ERR_SHAPE', () => ops.add(fixed(2 ** 16, 1), fixed(2 ** 16)), /2\^31/],
  ['too many axes', 'ERR_SHAPE', () => ops.gather(fixed(2, 1, 1, 1, 1), [[[[[0]]]]]), /at most 8 axes/],
  ['a text', 'ERR_DATA', () => ops.exp('1' as never), /operands must be/],
  ['nothing', 'ERR_DATA', () => ops.exp(undefined as never), /received undefined/],
  ['NaN', 'ERR_DATA', () => ops.exp(Number.NaN), /must be finite/],
  ['beyond f32', 'ERR_DATA', () => ops.exp([1, 1e300]), /received Infinity at element 1/],
  ['empty constants', 'ERR_SHAPE', () => ops.exp([]), /sizes must be ≥ 1/],
  ['ragged constants', 'ERR_SHAPE', () => ops.exp([[1], [1, 2]]), /expected at \[1\]/],
  ['a look-alike', 'ERR_DATA', () => ops.exp({ kind: 'expression', shape: [], type: 'f32' } as never), /data must be/],
  ['ids as numbers', 'ERR_DATA', () => ops.add(ids(), 1), /must be numbers/],
  ['clip without bounds', 'ERR_OPTION', () => ops.clip(1, {}), /min or max/],
  ['clip upside down', 'ERR_OPTION', () => ops.clip(1, { min: 2, max: 1 }), /max must be ≥ min/],
  ['an unknown option', 'ERR_OPTION', () => ops.sum(fixed(2), { axes: 0 } as never), /one of axis, keepDims/],
  ['an axis too many', 'ERR_SHAPE', () => ops.sum(fixed(2), { axis: 1 }), /in \[-1, 1\), received 1/],
  ['an axis of a number', 'ERR_SHAPE', () => ops.sum(1, { axis: 0 }), /left out/],
  ['an axis twice', 'ERR_SHAPE', () => ops.sum(fixed(2, 2), { axis: [1, -1] }), /each axis once/],
  ['no axes', 'ERR_OPTION', () => ops.sum(fixed(2), { axis: [] }), /at least one/],
  ['half an axis', 'ERR_SHAPE', () => ops.max(fixed(2), { axis: 0.5 }), /integer/],
  ['argmax over rows and all', 'ERR_SHAPE', () => ops.argmax(rows(2)), /axis must be given/],
  ['softmax of a number', 'ERR_SHAPE', () => ops.softmax(1), /axis is needed/],
  ['matmul of numbers', 'ERR_SHAPE', () => ops.matmul(1, [1]), /multiply/],
  ['matmul that does not fit', 'ERR_SHAPE', () => ops.matmul(fixed(2, 3), fixed(2, 3)), /as long as/],
  ['matmul over rows', 'ERR_SHAPE', () => ops.matmul(fixed(2, 3), rows(3)), /cannot be summed/],
  ['a permutation that is none', 'ERR_SHAPE', () => ops.transpose(fixed(2, 3), [0, 0]), /each axis once/],
  ['rows that move', 'ERR_SHAPE', () => ops.transpose(rows(2)), /rows must stay/],
  ['other numbers of elements', 'ERR_SHAPE', () => ops.reshape(fixed(2, 3), [4]), /must stay/],
  ['a size that cannot follow', 'ERR_SHAPE', () => ops.reshape(fixed(2, 3), [4, -1]), /must stay/],
  ['two open sizes', 'ERR_SHAPE', () => ops.reshape(fixed(2, 3), [-1, -1]), /−1 once/],
  ['nothing to concatenate', 'ERR_OPTION', () => ops.concatenate([], { axis: 0 }), /array of values/],
  ['concatenate along rows', 'ERR_SHAPE', () => ops.concatenate([rows(2), rows(2)], { axis: 0 }), /must not be rows/],
  ['other sizes', 'ERR_SHAPE', () => ops.concatenate([fixed(2, 3), fixed(3, 3)], { axis: 1 }), /must be equal/],
  ['no axis to concatenate', 'ERR_SHAPE', () => ops.concatenate([fixed(2)], {} as never), /axis must be/],
  ['an empty slice', 'ERR_SHAPE', () => ops.slice(fixed(3), { axis: 0, begin: 2, end: 2 }), /after begin/],
  ['a slice outside', 'ERR_SHAPE', () => ops.slice(fixed(3), { axis: 0, end: 4 }), /in \[-3, 3\]/],
  ['a slice of rows', 'ERR_SHAPE', () => ops.slice(rows(3), { axis: 0, end: 1 }), /must not be rows/],
  ['an index outside', 'ERR_DATA', () => ops.gather(fixed(3), [3]), /in \[0, 3\), received 3/],
  ['half an index', 'ERR_DATA', () => ops.gather(fixed(3), 0.5), /integers/],
  ['a computed index', 'ERR_DATA', () => ops.gather(fixed(3), ops.argmax(fixed(3))), /constant whole numbers/],
  ['a loss of other shapes', 'ERR_SHAPE', () => ops.meanSquaredError(rows(3), target(1)), /same shape/],
  ['a trained target', 'ERR_OPTION', () => ops.meanSquaredError(target(1), rows(1)), /depend on what is trained/],
  ['logits of one axis', 'ERR_SHAPE', () => ops.crossEntropy(rows(), ids()), /\[rows, classes\]/],
  ['a class too many', 'ERR_DATA', () => ops.crossEntropy(fixed(1, 2), [2]), /in \[0, 2\)/],
  ['ids of two for many', 'ERR_SHAPE', () => ops.binaryCrossEntropy(rows(2), ids()), /one output/],
  ['ids for numbers', 'ERR_DATA', () => ops.huber(rows(1), ids()), /received class ids/],
  ['no probability', 'ERR_DATA', () => ops.binaryCrossEntropy(fixed(2), [0, 2]), /probabilities/],
  ['huber without a bend', 'ERR_OPTION', () => ops.huber(1, 1, { delta: 0 }), /delta must be > 0/],
]

for (const [name, code, call, message] of refused) {
  test(`refused: ${name}`, (t) => {
    throwsCode(t, code, call, message)
  })
}

test('operators of JavaScript and values that are none are refused', (t) => {
  const x = rows(2) as unknown as number
  throwsCode(t, 'ERR_OPTION', () => x * x, /ops\.add/)
  throwsCode(t, 'ERR_OPTION', () => x + 1, /ops\.add/)
  t.is(`${x}`, '[expression]')
  throwsCode(t, 'ERR_DATA', () => ops.add(rows(2), undefined as never), /add: operands must be .* received undefined/)
  throwsCode(t, 'ERR_DATA', () => ops.square('a' as never), /square: operands must be .* received "a"/)
  t.deepEqual(ops.softmax(rows(3), { axis: -1, keepDims: true }).shape, ['rows', 3])
  throwsCode(t, 'ERR_OPTION', () => ops.softmax(rows(3), { keepDims: false as never }), /keepDims must be true/)
})
