/** Whatever operations are given, they work or throw a coded error at once. */
import test from 'ava'
import { DownslopeError, minimize } from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import { hostileValues } from '../hostile.ts'

function coded(what: string, error: unknown): void {
  const good = DownslopeError.is(error) && /^ERR_(SHAPE|OPTION|DATA)$/.test(error.code)
  if (!good) throw new Error(`${what} threw something else`, { cause: error })
}

for (const [name, value] of Object.entries(ops)) {
  test(`${name}: a hostile value works or gives a coded error`, (t) => {
    const call = value as (...values: unknown[]) => unknown
    const matrix = [
      [1, 2],
      [3, 4],
    ]
    for (const bad of hostileValues()) {
      for (const values of [
        [bad],
        [bad, bad],
        [matrix, bad],
        [matrix, matrix, bad],
        [matrix, [0, 1], bad],
        [[matrix], bad],
      ]) {
        try {
          call(...values)
        } catch (error) {
          coded(name, error)
        }
      }
    }
    t.pass()
  })
}

const options = ['optimizer', 'tolerance', 'clipNorm', 'clipValue', 'seed', 'threads', 'signal', 'data', 'batchSize']
for (const option of options) {
  test(`minimize: a hostile ${option} gives a coded rejection or works`, async (t) => {
    for (const bad of hostileValues()) {
      try {
        await minimize(({ x }) => ops.square(x), { x: 1 }, { steps: 2, [option]: bad } as never)
      } catch (error) {
        coded(option, error)
      }
    }
    t.pass()
  })
}

test('minimize: a hostile objective, start or result gives a coded rejection', async (t) => {
  for (const bad of hostileValues()) {
    const calls = [
      () => minimize(bad as never, { x: 1 }, { steps: 2 }),
      () => minimize(() => bad as never, { x: 1 }, { steps: 2 }),
      () => minimize(({ x }) => ops.sum(x), { x: bad } as never, { steps: 2 }),
    ]
    for (const call of calls) {
      try {
        await call()
      } catch (error) {
        coded('minimize', error)
      }
    }
  }
  t.pass()
})
