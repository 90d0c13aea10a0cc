/** brain.js: one row a step, squared error against one-hot targets, its own first weights. */
import { createRequire } from 'node:module'
import { serve } from '../lib/serve.mjs'

const require = createRequire(import.meta.url)

await serve(({ task, data }) => {
  const { NeuralNetwork } = require('brain.js')
  const { version } = require('brain.js/package.json')
  const [inputs, ...rest] = task.sizes
  const outputs = rest.pop()
  const options = { activation: 'leaky-relu', learningRate: task.optimizer.learningRate }
  const sample = (row) => {
    const output = Array(outputs).fill(0)
    output[data.targets[row]] = 1
    return { input: Array.from(data.inputs.subarray(row * inputs, (row + 1) * inputs)), output }
  }
  const fresh = () => new NeuralNetwork({ hiddenLayers: rest, inputSize: inputs, outputSize: outputs, ...options })
  const once = { iterations: 1, errorThresh: 1e-9, log: false }
  const first = Array.from({ length: 512 }, (_, row) => sample(row))
  const network = fresh()
  return {
    version,
    learn(rows) {
      const net = fresh()
      net.train(first.slice(0, rows), once)
      let wrong = 0
      for (let row = task.rows - 200; row < task.rows; row++) {
        const y = Array.from(net.run(sample(row).input))
        if (y.indexOf(Math.max(...y)) !== data.targets[row]) wrong++
      }
      return { wrong: wrong / 200 }
    },
    train(seconds) {
      const begin = performance.now()
      let rows = 0
      while (performance.now() - begin < seconds * 1000) {
        network.train(first.slice(0, 128), once)
        rows += 128
      }
      return rows
    },
  }
})
