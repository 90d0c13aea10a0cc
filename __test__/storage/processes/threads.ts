// Two workers in worker threads of one process: one is terminated, the other takes over.
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { sqlite } from '../../../src/index.ts'
import { connectionOf } from '../../../src/storage/plan.ts'

const path = isMainThread ? (process.argv[2] as string) : (workerData as string)
const connection = connectionOf(sqlite(path))
const { log } = await connection.create('study', '{}')
if (isMainThread) {
  const threads = [0, 1].map(() => new Worker(new URL(import.meta.url), { workerData: path }))
  // at once: the message of the second may come before that of the first
  await Promise.all(threads.map((thread) => once(thread, 'message')))
  writeSync(1, `orphans ${JSON.stringify(await log.orphans())}, ${(await log.read(0, 10)).length} begun\n`)
  await threads[0]?.terminate()
  writeSync(1, `changed ${await log.changed(2, 30_000)}\n`)
  const [first = -1, ...others] = await log.orphans()
  writeSync(1, `free ${1 + others.length}, taken ${await log.take(first, 2)}\n`)
  await threads[1]?.terminate()
  writeSync(1, `changed ${await log.changed(3, 30_000)}\n`)
  await connection.close()
  writeSync(1, 'done\n')
} else {
  while (!(await log.ask((await log.read(0, 10)).length, '{}')));
  parentPort?.postMessage('asked')
  // alive until it is terminated
  setInterval(() => log.worker, 1000)
}
