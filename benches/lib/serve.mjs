/**
 * The inside of a contestant's process. It is told what to do in lines of JSON and answers each with one:
 *
 * - `{ do: 'learn', rows }`: from the first weights, one pass over the first rows in order; answers the loss on the held-out rows, or what
 *   else it can say about them
 * - `{ do: 'train', seconds }`: goes on training on shuffled rows for about so long; answers rows, seconds and CPU seconds
 *
 * A contestant is `create(job)` that returns `{ version, learn(rows), train(seconds) }`, or `{ version, learn, step(), settle() }`
 * where a step can be made alone.
 */
import { createInterface } from 'node:readline'
import { load, TASKS } from './tasks.mjs'

function stepwise({ step, settle = () => {} }, batch) {
  return async (seconds) => {
    const begin = performance.now()
    let steps = 0
    while (performance.now() - begin < seconds * 1000) {
      await step()
      steps++
    }
    await settle()
    return steps * batch
  }
}

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const reason = (error) => String(error?.message ?? error).split('\n')[0]

export async function serve(create) {
  const job = JSON.parse(process.argv[2])
  job.task = { ...TASKS[job.name], ...job.change }
  job.data = load(job.folder, job.task)
  let contestant
  try {
    contestant = await create(job)
  } catch (error) {
    say({ error: reason(error) })
    process.exit(0)
  }
  const train = contestant.train ?? stepwise(contestant, job.batch)
  say({ ready: true, version: contestant.version })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    try {
      if (request.do === 'learn') {
        const learnt = await contestant.learn(request.rows)
        say(typeof learnt === 'number' ? { loss: learnt } : learnt)
      } else {
        const begin = performance.now()
        const cpu = process.cpuUsage()
        const rows = await train(request.seconds)
        const { user, system } = process.cpuUsage(cpu)
        say({ rows, seconds: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6 })
      }
    } catch (error) {
      say({ error: reason(error) })
    }
  }
  process.exit(0)
}

/** Endless shuffled batches of row numbers. */
export function batches(rows, batch) {
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  let at = rows
  return () => {
    if (at + batch > rows) {
      for (let i = rows - 1; i > 0; i--) {
        const j = Math.floor(Math.random() * (i + 1))
        const kept = order[i]
        order[i] = order[j]
        order[j] = kept
      }
      at = 0
    }
    at += batch
    return order.subarray(at - batch, at)
  }
}
