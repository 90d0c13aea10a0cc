import test from 'ava'
import { orAbort } from '../../src/train/abort.ts'
import { defer } from '../../src/train/defer.ts'

interface Handle {
  closed: boolean
  close(): void
}

const handle = (): Handle => ({
  closed: false,
  close() {
    this.closed = true
  },
})

test('without an abort it is the work', async (t) => {
  const made = handle()
  t.is(await orAbort(Promise.resolve(made), undefined), made)
  t.is(await orAbort(Promise.resolve(made), new AbortController().signal), made)
  const boom = new Error('boom')
  await t.throwsAsync(orAbort(Promise.reject(boom), new AbortController().signal), { is: boom })
  t.false(made.closed)
})

test('an abort is not kept waiting, and what comes late is closed', async (t) => {
  const reason = new Error('enough')
  for (const before of [true, false]) {
    const controller = new AbortController()
    const work = defer<Handle>()
    if (before) controller.abort(reason)
    const result = orAbort(work.promise, controller.signal)
    if (!before) controller.abort(reason)
    await t.throwsAsync(result, { is: reason })
    const late = handle()
    work.resolve(late)
    await work.promise
    await Promise.resolve()
    t.true(late.closed)
  }
})

test('work that fails after an abort is heard by nobody', async (t) => {
  const controller = new AbortController()
  const work = Promise.reject(new Error('late'))
  const result = orAbort(work, controller.signal)
  controller.abort('enough')
  await result.then(
    () => t.fail(),
    (reason: unknown) => t.is(reason, 'enough'),
  )
})
