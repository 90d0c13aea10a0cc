/** What a study and a run of it are asked for is checked before anything is done. */
import test from 'ava'
import { createStudy, float, median, searchSpace } from '../../src/index.ts'
import { rejectsCode } from '../helpers.ts'

const space = searchSpace({ x: float(-10, 10) })
const square = ({ x }: { readonly x: number }): number => x * x

test('options are checked', async (t) => {
  const wrong = (options: object, message: RegExp) =>
    rejectsCode(t, 'ERR_OPTION', () => createStudy({ space, direction: 'minimize', ...options }), message)
  await wrong({ space: {} }, /createStudy: space must be made by searchSpace, received an object/)
  await wrong({ direction: 'up' }, /direction must be one of minimize, maximize, received "up"/)
  await wrong({ direction: undefined }, /direction must be minimize or maximize/)
  await wrong({ directions: ['minimize'] }, /direction must be left out when directions are given/)
  await wrong({ sampler: 'tpe' }, /sampler must be made by/)
  await wrong({ pruner: 'median' }, /pruner must be made by/)
  await wrong(
    { direction: undefined, directions: ['minimize', 'minimize'], pruner: median() },
    /pruner must be left out/,
  )
  await wrong({ lag: 0 }, /lag must be an integer ≥ 1/)
  await wrong({ seed: -1 }, /seed must be an integer/)
  await wrong({ mode: 'fast' }, /mode must be one of repeatable, asynchronous/)
  await wrong({ storage: 'file' }, /storage must be made by/)
  await wrong({ name: '' }, /name must be a string/)
  await wrong({ constraints: 1 }, /constraints must be a function/)
  await wrong({ ifExists: 'replace' }, /ifExists must be one of/)
  await wrong({ other: 1 }, /options must be one of/)
  await using study = await createStudy({ space, direction: 'minimize' })
  const run = (options: object, message: RegExp) =>
    rejectsCode(t, 'ERR_OPTION', () => study.optimize(square, options), message)
  await run({ trials: -1 }, /trials must be an integer ≥ 0/)
  await run({ workers: 0 }, /workers must be an integer ≥ 1/)
  await run({ workers: 5000 }, /workers must be at most 4096, received 5000/)
  await run({ timeout: 0 }, /timeout must be > 0/)
  await run({ stopping: 'never' }, /stopping must be made by/)
  await run({ onError: 'panic' }, /onError must be one of/)
  await rejectsCode(t, 'ERR_OPTION', () => study.optimize(3 as never), /objective must be a function, received 3/)
  t.is((await study.optimize(square, { trials: 0 })).status, 'completed')
})
