/** TensorFlow.js, layers written with its core operations, as its tutorials do for own loops. The backend is `cpu`, `wasm` or `tensorflow`. */
import { createRequire } from 'node:module'
import { batches, serve } from '../lib/serve.mjs'
import { HELD_OUT } from '../lib/tasks.mjs'

const require = createRequire(import.meta.url)

await serve(async ({ task, data, batch, backend }) => {
  const { sizes, rows, loss } = task
  const { kind, learningRate, weightDecay = 0 } = task.optimizer
  const tf = require(backend === 'tensorflow' ? '@tensorflow/tfjs-node' : '@tensorflow/tfjs')
  if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm').setThreadsCount(1)
  await tf.setBackend(backend)
  await tf.ready()
  const classes = loss === 'crossEntropy'
  const x = tf.tensor2d(data.inputs, [rows, sizes[0]])
  const y = classes
    ? tf.oneHot(tf.tensor1d(Int32Array.from(data.targets), 'int32'), sizes.at(-1)).toFloat()
    : tf.tensor2d(data.targets, [rows, sizes.at(-1)])
  const fresh = () =>
    data.kernels.map((kernel, layer) => [
      tf.variable(tf.tensor2d(kernel, sizes.slice(layer, layer + 2))),
      tf.variable(tf.zeros([sizes[layer + 1]])),
    ])
  const lossOf = (layers, inputs, targets) => {
    let h = inputs
    layers.forEach(([kernel, bias], layer) => {
      h = tf.add(tf.matMul(h, kernel), bias)
      if (layer < layers.length - 1) h = tf.relu(h)
    })
    return classes ? tf.losses.softmaxCrossEntropy(targets, h) : tf.losses.meanSquaredError(targets, h)
  }
  const optimizer = () => (kind === 'sgd' ? tf.train.sgd(learningRate) : tf.train.adam(learningRate))
  const advance = (layers, rule, indices) =>
    tf.tidy(() => {
      const rowsOf = tf.tensor1d(Int32Array.from(indices), 'int32')
      const inputs = tf.gather(x, rowsOf)
      const targets = tf.gather(y, rowsOf)
      rule.minimize(() => lossOf(layers, inputs, targets))
      // decoupled, which is the same for plain gradient descent and cheaper than a penalty
      if (weightDecay > 0) for (const [kernel] of layers) kernel.assign(tf.mul(kernel, 1 - learningRate * weightDecay))
    })
  const next = batches(rows - HELD_OUT, batch)
  const layers = fresh()
  const rule = optimizer()
  return {
    version: `TensorFlow.js ${tf.version_core ?? tf.version['tfjs-core']}, ${backend}`,
    async learn(count) {
      const start = fresh()
      const own = optimizer()
      for (let at = 0; at < count; at += batch) {
        advance(
          start,
          own,
          Int32Array.from({ length: batch }, (_, i) => at + i),
        )
      }
      const result = tf.tidy(() => lossOf(start, x.slice([rows - HELD_OUT, 0]), y.slice([rows - HELD_OUT, 0])))
      return (await result.data())[0]
    },
    step: () => advance(layers, rule, next()),
    settle: () => layers[0][1].data(),
  }
})
