import { testProp } from '@fast-check/ava'
import test from 'ava'
import { array, choice, float, int, ordinal, type SearchSpaceConfig, searchSpace } from '../../src/index.ts'
import { differences } from '../../src/search/space/compare.ts'
import { spaceFrom, spacePlan } from '../../src/search/space/searchSpace.ts'
import { throwsCode } from '../helpers.ts'
import { pointOf, spaces } from './spaces.ts'

const whole = () =>
  searchSpace({
    widths: array(int(16, 256), { length: 'layers', max: 4 }),
    learningRate: float(1e-4, 1e-1, { scale: 'log' }),
    batchSize: choice([32, 64, 128]),
    depth: ordinal([1, 2, 4]),
    optimizer: choice({
      sgd: { momentum: float(0, 0.99), nested: choice({ a: { x: int(1, 9, { step: 4 }) }, b: {} }) },
      adam: {},
    }),
    layers: int(1, 4),
    pair: array(float(0, 1, { step: 0.1 }), { length: 2 }),
  })

const good = {
  widths: [16, 32],
  learningRate: 0.01,
  batchSize: 64,
  depth: 4,
  optimizer: { kind: 'sgd', momentum: 0.5, nested: { kind: 'a', x: 5 } },
  layers: 2,
  pair: [0.3, 1],
}

test('a space is a list of coordinates in which a parent comes first', (t) => {
  const { flat } = spacePlan('test', whole())
  t.deepEqual(
    flat.dimensions.map(({ name, kind }) => `${name}: ${kind}`),
    [
      'batchSize: category',
      'depth: ordinal',
      'layers: int',
      'learningRate: float',
      'optimizer: category',
      'optimizer.sgd.momentum: float',
      'optimizer.sgd.nested: category',
      'optimizer.sgd.nested.a.x: int',
      'pair[0]: float',
      'pair[1]: float',
      'widths[0]: int',
      'widths[1]: int',
      'widths[2]: int',
      'widths[3]: int',
    ],
  )
  const at = (name: string) => flat.dimensions.find((dimension) => dimension.name === name)?.when
  t.deepEqual(at('optimizer.sgd.momentum'), { parent: 4, low: 1, high: 1 })
  t.deepEqual(at('optimizer.sgd.nested.a.x'), { parent: 6, low: 0, high: 0 })
  t.is(at('widths[0]'), undefined)
  t.deepEqual(at('widths[1]'), { parent: 2, low: 2, high: 4 })
  t.is(at('pair[1]'), undefined)
  for (const [index, { when }] of flat.dimensions.entries()) t.true((when?.parent ?? -1) < index)
})

test('parameters become a point and come back', (t) => {
  const { encode, decode } = spacePlan('test', whole())
  const point = encode('test', good)
  const { NaN: none } = Number
  t.deepEqual([...point], [1, 2, 2, 0.01, 1, 0.5, 0, 5, 0.1 * 3, 1, 16, 32, none, none])
  const params = decode(point)
  t.deepEqual(params, { ...good, pair: [0.1 * 3, 1] })
  t.deepEqual(Object.keys(params), Object.keys(whole().parameters))
  t.true(Object.isFrozen(params) && Object.isFrozen(params.optimizer) && Object.isFrozen(params.widths))
})

test('the path of what is wrong is named', (t) => {
  const { encode } = spacePlan('test', whole())
  const wrong = (change: object, message: RegExp) =>
    throwsCode(t, 'ERR_OPTION', () => encode('study.enqueue', { ...good, ...change }), message)
  wrong({ learningRate: 1 }, /^study.enqueue: params.learningRate must be a number in \[0.0001, 0.1\], received 1$/)
  wrong({ learningRate: undefined }, /params.learningRate must be a number in .*, received undefined/)
  wrong({ batchSize: 33 }, /params.batchSize must be one of 32, 64, 128, received 33/)
  wrong({ depth: '4' }, /params.depth must be one of 1, 2, 4, received "4"/)
  wrong({ layers: 1.5, widths: [16] }, /params.layers must be an integer, received 1.5/)
  wrong({ widths: [16] }, /params.widths must have 2 elements, as many as layers says, received 1/)
  wrong({ widths: [16, 1] }, /params.widths\[1\] must be a number in \[16, 256\], received 1/)
  wrong({ widths: 16 }, /params.widths must be an array, received 16/)
  wrong({ pair: [0.3] }, /params.pair must have 2 elements, received 1/)
  wrong({ pair: [0.35, 0] }, /params.pair\[0\] must be 0 \+ i · 0.1, received 0.35/)
  wrong({ optimizer: 'adam' }, /params.optimizer must be an object with a kind of adam, sgd, received "adam"/)
  wrong(
    { optimizer: { kind: 'rmsprop' } },
    /params.optimizer must be an object with a kind of adam, sgd, received "rmsprop"/,
  )
  wrong({ optimizer: { kind: 'adam', momentum: 0 } }, /params.optimizer must have only kind, received "momentum"/)
  wrong(
    { optimizer: { kind: 'sgd', momentum: 0.5, nested: { kind: 'a', x: 6 } } },
    /params.optimizer.nested.x must be 1 \+ i · 4, received 6/,
  )
  wrong({ other: 1 }, /params must have only widths, .*, received "other"/)
  throwsCode(t, 'ERR_OPTION', () => encode('tell', 4), /^tell: params must be an object, received 4$/)
})

test('what cannot be a space is refused', (t) => {
  const wrong = (work: () => unknown, message: RegExp) => throwsCode(t, 'ERR_OPTION', work, message)
  wrong(() => float(1, 0), /^float: high must be a finite number ≥ low \(1\), received 0$/)
  wrong(() => float(0, 1, { scale: 'log' }), /low must be > 0 with the scale log, received 0/)
  wrong(() => float(-1.7e308, 1.7e308), /high − low must be finite/)
  wrong(() => float(0.1, 1, { scale: 'log', step: 0.1 }), /step must be left out/)
  wrong(() => float(1, 2, { step: 1e-300 }), /step must make a difference/)
  wrong(() => int(0.5, 1), /^int: low must be an integer/)
  wrong(() => int(0, 5, { scale: 'log' }), /low must be > 0/)
  wrong(() => int(0, 5, { step: 0 }), /step must be an integer ≥ 1, received 0/)
  wrong(() => choice([]), /^choice: values must be a list of at least one value, received an array$/)
  wrong(() => choice([1, 1]), /values must differ from one another, received 1/)
  wrong(() => choice([Number.NaN]), /values must be a value that JSON has/)
  wrong(() => choice({}), /there must be at least one branch/)
  wrong(() => choice({ a: { kind: int(0, 1) } }), /^choice: a: the name 'kind' is taken, received "kind"$/)
  wrong(() => ordinal([true as never]), /values must be numbers or strings, received true/)
  wrong(
    () => array(3 as never, { length: 1 }),
    /element must be made by float, int, choice, ordinal or array, received 3/,
  )
  wrong(() => array(int(0, 1), { length: 3, max: 2 }), /length must be at most max \(2\), received 3/)
  wrong(() => array(array(int(0, 1), { length: 'n' }), { length: 2 }), /must be a number, received "n"/)
  wrong(() => searchSpace({}), /there must be at least one parameter/)
  wrong(() => searchSpace({ 'a.b': int(0, 1) }), /names of parameters must be strings without \. \[ \], received "a.b"/)
  wrong(() => searchSpace({ a: 1 as never }), /^searchSpace: a must be made by/)
  const wild = searchSpace as (parameters: unknown) => unknown
  wrong(
    () => wild({ a: array(int(0, 1), { length: 'n' }) }),
    /length of 'a' must be a number or the name of an int beside it/,
  )
  wrong(
    () => wild({ a: array(int(0, 1), { length: 'n', max: 2 }), n: int(0, 3) }),
    /must be at most its max 2, received 3/,
  )
  wrong(() => wild({ a: array(int(0, 1), { length: 'n' }), n: int(-1, 3) }), /must be ≥ 0, received -1/)
})

test('how a space is written does not matter to its hash, what it is does', (t) => {
  const a = searchSpace({ x: float(0, 1), y: choice({ p: { z: int(0, 4) }, q: {} }) })
  const b = searchSpace({
    y: choice({ q: {}, p: { z: int(0, 4, { step: 1 }) } }),
    x: float(-0, 1, { scale: 'linear' }),
  })
  t.is(a.hash, b.hash)
  t.deepEqual(spacePlan('test', a).flat, spacePlan('test', b).flat)
  t.not(a.hash, searchSpace({ x: float(0, 1), y: choice({ p: { z: int(0, 5) }, q: {} }) }).hash)
  t.regex(a.hash, /^[0-9a-f]{64}$/)
})

const compare = (was: { readonly config: SearchSpaceConfig }, is: { readonly config: SearchSpaceConfig }): string[] =>
  differences(was.config, is.config).map(({ text, widening }) => `${widening ? 'wider' : 'other'} ${text}`)

test('differences are named, and those that widen told apart', (t) => {
  const was = searchSpace({
    a: float(0, 1),
    b: int(0, 10, { step: 5 }),
    c: choice(['x', 'y']),
    d: choice({ p: { z: int(0, 4) } }),
    e: array(int(0, 1), { length: 'n', max: 3 }),
    n: int(1, 2),
  })
  t.deepEqual(compare(was, was), [])
  const wider = searchSpace({
    a: float(-1, 1),
    b: int(-5, 15, { step: 5 }),
    c: choice(['x', 'w', 'y']),
    d: choice({ p: { z: int(0, 5) }, o: {} }),
    e: array(int(0, 1), { length: 'n', max: 4 }),
    n: int(1, 4),
  })
  t.deepEqual(compare(was, wider), [
    'wider a: low was 0 and is -1',
    'wider b: low was 0 and is -5',
    'wider b: high was 10 and is 15',
    'wider c: values was ["x","y"] and is ["x","w","y"]',
    'wider d has a new branch o',
    'wider d.p.z: high was 4 and is 5',
    'wider e: max was 3 and is 4',
    'wider n: high was 2 and is 4',
  ])
  const other = searchSpace({
    a: float(1e-3, 1, { scale: 'log' }),
    b: int(-1, 14, { step: 5 }),
    c: choice(['y', 'x', 'z']),
    d: choice({ o: {} }),
    n: float(1, 2),
    m: int(0, 1),
  })
  t.deepEqual(compare(was, other), [
    'other a: scale was "linear" and is "log"',
    'other a: low was 0 and is 0.001',
    'other b: low was 0 and is -1',
    'other b: high was 10 and is 14',
    'other c: values was ["x","y"] and is ["y","x","z"]',
    'other d has a new branch o'.replace('other', 'wider'),
    'other d has no branch p',
    'other e is missing',
    'other m is new',
    'other n: kind was "int" and is "float"',
  ])
})

testProp(
  'a point of any space becomes parameters that give it back',
  [spaces.chain((space) => pointOf(space).map((point) => [space, point] as const))],
  (t, [space, point]) => {
    const { encode, decode } = spacePlan('test', space)
    t.deepEqual(encode('test', decode(point)), point)
    t.deepEqual(encode('test', JSON.parse(JSON.stringify(decode(point)))), point)
  },
)

testProp('a space is rebuilt from its configuration', [spaces], (t, space) => {
  const again = spaceFrom(JSON.parse(JSON.stringify(space.config)))
  t.deepEqual(again.config, space.config)
  t.is(again.hash, space.hash)
  t.deepEqual(spacePlan('test', again).flat, spacePlan('test', space).flat)
  t.deepEqual(differences(space.config, again.config), [])
})
