import test from 'ava'
import { choice, createStudy, float, int, random, searchSpace } from '../../src/index.ts'
import { rejectsCode } from '../helpers.ts'

test('importance: what decides comes first, by path', async (t) => {
  const space = searchSpace({ x: float(0, 1), kind: choice({ a: { y: float(0, 1) }, b: {} }), idle: int(1, 9) })
  const study = await createStudy({ space, sampler: random(), seed: 2, direction: 'maximize' })
  t.deepEqual(Object.values(await study.importance()), [0.25, 0.25, 0.25, 0.25])
  await study.optimize(({ x, kind }) => (kind.kind === 'a' ? 5 + 3 * kind.y : 0.1 * x), { trials: 300 })
  const importance = await study.importance()
  const [first, ...others] = Object.keys(importance)
  t.is(first, 'kind.a.y')
  t.is(others[0], 'kind')
  t.true((importance.idle ?? 1) < 0.05 && (importance.x ?? 1) < 0.05)
  const shares = Object.values(importance)
  t.true(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12)
  t.deepEqual(
    shares,
    [...shares].sort((a, b) => b - a),
  )
  t.true(Object.isFrozen(importance))
  await study.close()
  await rejectsCode(t, 'ERR_CLOSED', () => study.importance())
})

test('importance: several directions, failed trials left out', async (t) => {
  const space = searchSpace({ x: float(0, 1), y: float(0, 1) })
  await using study = await createStudy({ space, sampler: random(), directions: ['minimize', 'maximize'] })
  await study.optimize(({ x, y }, { number }) => (number % 7 === 3 ? 'failed' : [x, y > 2 ? y : -x * x]), {
    trials: 200,
  })
  const importance = await study.importance()
  t.true((importance.x ?? 0) > 0.8)
})
