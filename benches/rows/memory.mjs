/**
 * Peak of resident memory, in MB: of a process that does nothing (`idle`), or of one that trains 784-256-10 for two epochs on 60,000 rows of
 * 784 bytes in batches of the size given. The array that the caller filled is among it until it is collected.
 */
import { readFileSync } from 'node:fs'

const [batch] = process.argv.slice(2)
if (batch !== 'idle') {
  const { dataset, dense, fit, input, rescale, sequential, sgd } = await import('../../dist/index.js')
  const rows = 60_000
  const prepare = () => {
    const bytes = new Uint8Array(rows * 784)
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2654435761) >>> 24
    const labels = Uint8Array.from({ length: rows }, (_, row) => bytes[row * 784] % 10)
    return dataset({ inputs: { data: bytes, shape: [rows, 784] }, labels })
  }
  const data = prepare()
  const network = sequential([input({ shape: [784] }), rescale(1 / 255), dense(256, { activation: 'relu' }), dense(10)])
  await fit(network, data, {
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate: 0.01 }),
    epochs: 2,
    batchSize: batch === 'all' ? 'all' : Number(batch),
  })
}

/** On Linux `maxRSS` is no less than what the parent held when it forked: the kernel's own count of this program starts at its start. */
function peak() {
  if (process.platform === 'linux') return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  return process.resourceUsage().maxRSS
}

// both count KiB
console.log(JSON.stringify({ peak: (peak() * 1024) / 1e6 }))
