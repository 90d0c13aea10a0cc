/** ml-fnn: softmax over a tanh layer, its own first weights; the rows it is given are one step, here batches of 32. */
import { createRequire } from 'node:module'
import { serve } from '../lib/serve.mjs'

const require = createRequire(import.meta.url)

await serve(async ({ task, data }) => {
  const { default: Network } = await import('ml-fnn')
  const { version } = require('ml-fnn/package.json')
  const [inputs, ...rest] = task.sizes
  const outputs = rest.pop()
  // each class once at the start: the labels of the first call are the classes
  const order = Array.from({ length: 4096 }, (_, row) => row)
  const first = Array.from({ length: outputs }, (_, label) => order.find((row) => data.targets[row] === label))
  const input = (row) => Array.from(data.inputs.subarray(row * inputs, (row + 1) * inputs))
  const options = {
    hiddenLayers: rest,
    iterations: 1,
    learningRate: task.optimizer.learningRate / 32,
    regularization: 1e-4,
  }
  const fresh = () => new Network(options)
  const advance = (network, at) => {
    const rows = [...first, ...order.slice(at, at + 32 - outputs)]
    network.train(
      rows.map(input),
      rows.map((row) => data.targets[row]),
    )
  }
  const network = fresh()
  let at = 0
  return {
    version,
    learn(count) {
      const net = fresh()
      for (let row = 0; row < count; row += 32) advance(net, row)
      const rows = Array.from({ length: 200 }, (_, i) => task.rows - 200 + i)
      const answers = net.predict(rows.map(input))
      return { wrong: rows.filter((row, i) => answers[i] !== data.targets[row]).length / 200 }
    },
    train(seconds) {
      const begin = performance.now()
      let rows = 0
      while (performance.now() - begin < seconds * 1000) {
        advance(network, at)
        at = (at + 32) % 4000
        rows += 32
      }
      return rows
    },
  }
})
