/** How late timers are while a network trains: `node event-loop.mjs [seconds]`. Not pinned: it needs two cores. */
import { row } from './lib/processes.mjs'

const result = row('event-loop.mjs', [process.argv[2] ?? 3], { pin: false })
console.table({ 'nothing else': result.idle, 'training, one thread': result.training })
