import test from 'ava'
import type { NativeStore } from '../../src/native/index.ts'
import { openSqliteLog } from '../../src/storage/sqliteLog.ts'

/** A log of `count` notes, and where reads began. */
function written(count: number) {
  const reads: number[] = []
  const store = {
    async read(_: number, after: number, limit: number) {
      reads.push(after)
      const length = Math.max(0, Math.min(count - after, limit))
      // a text that looks like the beginning of an event
      const event = (_: unknown, index: number) => ({
        sequence: after + index + 1,
        kind: 'note',
        text: '{"sequence":7',
      })
      return { ok: JSON.stringify(Array.from({ length }, event)) }
    },
  } as unknown as NativeStore
  const opened = { log: 0, worker: 'w', definition: '{}', created: false }
  return { reads, log: openSqliteLog(store, 'study', opened, () => {}) }
}

test('a log is read page by page, and no page is asked for behind one that was not full', async (t) => {
  for (const [count, after, limit, expected] of [
    [0, 0, 1000, [0]],
    [10, 10, 1000, [10]],
    [10, 3, 1000, [3]],
    [255, 0, 1000, [0]],
    [256, 0, 256, [0]],
    [256, 0, 1000, [0, 256]],
    [700, 100, 1000, [100, 356, 612]],
    [700, 0, 300, [0, 256]],
    [700, 0, 0, []],
  ] as const) {
    const { reads, log } = written(count)
    const events = await log.read(after, limit)
    const length = Math.min(count - after, limit)
    t.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length }, (_, index) => after + index + 1),
    )
    t.deepEqual(reads, [...expected])
  }
})
