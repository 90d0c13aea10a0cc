/** How trials end when something else ends at the same time, and what they may report until then. */
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { createStudy, float, grid, int, median, noImprovement, random, searchSpace, wilcoxon } from '../../src/index.ts'
import { throwsCode } from '../helpers.ts'

test('a trial that throws is failed, though the last combination has been begun', async (t) => {
  for (const workers of [1, 2, 4]) {
    await using study = await createStudy({
      space: searchSpace({ a: int(1, 4) }),
      direction: 'minimize',
      sampler: grid(),
    })
    const objective = async (_: unknown, { number }: { readonly number: number }): Promise<number> => {
      await sleep(5)
      if (number < 3) return number
      // by then the others know that there is nothing left
      await sleep(20)
      throw new Error('the last')
    }
    const { status, trials } = await study.optimize(objective, { workers })
    t.is(status, 'exhausted')
    const ends = trials.map((trial) => trial.status)
    t.deepEqual(ends, ['completed', 'completed', 'completed', 'failed'], `${workers} workers`)
    t.is(study.trials[3]?.reason, 'Error: the last')
  }
})

test('a trial that throws is failed, though a stopping rule has ended the search', async (t) => {
  const lists = new Set<string>()
  for (const workers of [1, 4]) {
    await using study = await createStudy({
      space: searchSpace({ x: float(0, 1) }),
      direction: 'minimize',
      sampler: random(),
      lag: 4,
    })
    const objective = async (_: unknown, { number }: { readonly number: number }): Promise<number> => {
      await sleep(number > 5 ? 20 : 1)
      if (number > 5) throw new Error('late')
      return number
    }
    const stopping = noImprovement({ trials: 5 })
    const { status } = await study.optimize(objective, { workers, trials: 50, stopping })
    t.is(status, 'stopped')
    t.true(study.trials.some((trial) => trial.status === 'failed'))
    lists.add(study.trials.map((trial) => trial.status).join())
  }
  t.is(lists.size, 1, [...lists].join(' | '))
})

test('NaN as a step leaves the folds alone, and the other way round', async (t) => {
  const options = { space: searchSpace({ x: float(0, 1) }), direction: 'minimize', sampler: random() } as const
  await using steps = await createStudy({ ...options, pruner: median() })
  const first = await steps.ask()
  first.report(1, Number.NaN)
  first.reportFold(1, 0.5)
  throwsCode(t, 'ERR_OPTION', () => first.reportFold(1, 0.5), /fold must not have been reported before, received 1/)
  throwsCode(t, 'ERR_OPTION', () => first.report(1, 2), /step must not have been reported before, received 1/)
  await using folds = await createStudy({ ...options, pruner: wilcoxon() })
  const second = await folds.ask()
  second.reportFold(0, Number.NaN)
  second.report(0, 3)
  throwsCode(t, 'ERR_OPTION', () => second.reportFold(0, 1), /fold must not have been reported before, received 0/)
  t.deepEqual(folds.trials[0]?.steps, { steps: [0], values: [3] })
})
