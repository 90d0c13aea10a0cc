/** The signals of trials that were asked for by hand. */
import { getEventListeners } from 'node:events'
import test from 'ava'
import { createStudy, float, random, searchSpace } from '../../src/index.ts'
import { coreOf } from '../../src/search/study/study.ts'

const start = () => createStudy({ space: searchSpace({ x: float(0, 1) }), direction: 'minimize', sampler: random() })

test('each trial has its own, which is aborted when the study is closed unless the trial has ended', async (t) => {
  const study = await start()
  const [told, open, lookedAtLate] = [await study.ask(), await study.ask(), await study.ask()]
  t.not(told.signal, open.signal)
  t.is(told.signal, told.signal)
  await told.tell(1)
  await study.close()
  t.false(told.signal.aborted)
  t.true(open.signal.aborted)
  t.true(lookedAtLate.signal.aborted)
})

test('nothing listens for a trial that has ended, or whose signal nobody looks at', async (t) => {
  const study = await start()
  const { signal } = coreOf('test', study).closing
  const before = getEventListeners(signal, 'abort').length
  const [unseen, seen] = [await study.ask(), await study.ask()]
  t.false(seen.signal.aborted)
  t.is(getEventListeners(signal, 'abort').length, before + 1)
  // a value that is none leaves the trial running
  await t.throwsAsync(seen.tell('good' as never))
  t.is(getEventListeners(signal, 'abort').length, before + 1)
  await Promise.all([unseen.tell(1), seen.tell(2)])
  t.is(getEventListeners(signal, 'abort').length, before)
  await study.close()
})
