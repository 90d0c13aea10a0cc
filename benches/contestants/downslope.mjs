/** downslope by its public interface: `fit` with the whole data path, shuffling included. */
import * as downslope from '../../dist/index.js'
import * as ops from '../../dist/ops.js'
import manifest from '../../package.json' with { type: 'json' }
import { serve } from '../lib/serve.mjs'
import { HELD_OUT } from '../lib/tasks.mjs'

/** The built-in losses written in expressions. */
const OWN = {
  meanSquaredError: ({ prediction, target }) => ops.mean(ops.square(ops.subtract(prediction, target)), { axis: 1 }),
  crossEntropy: ({ prediction, target }) => ops.crossEntropy(prediction, target),
}

const { dataset, dense, dropout, fit, initialize, input, l1l2, sequential } = downslope

await serve(async ({ task, data, batch, threads }) => {
  const { sizes, rows, loss } = task
  const { kind, ...numbers } = task.optimizer
  const optimizer = downslope[kind](numbers)
  const regularizer = task.regularizer ? { kernelRegularizer: l1l2(task.regularizer) } : {}
  const layers = sizes.slice(1).flatMap((units, layer) => {
    const last = layer === sizes.length - 2
    const made = dense(units, { ...regularizer, ...(last ? {} : { activation: 'relu' }) })
    return task.dropout && !last ? [made, dropout(task.dropout)] : [made]
  })
  const network = sequential([input({ shape: [sizes[0]] }), ...layers])
  const targets =
    loss === 'crossEntropy'
      ? { labels: data.targets }
      : { targets: { data: data.targets, shape: [rows, sizes.at(-1)] } }
  const everything = dataset({ inputs: { data: data.inputs, shape: [rows, sizes[0]] }, ...targets })
  const range = (from, to) => everything.subset(Uint32Array.from({ length: to - from }, (_, i) => from + i))
  const heldOut = range(rows - HELD_OUT, rows)
  const train = range(0, rows - HELD_OUT)
  // the copies here are not needed any more, as in a program that reads a file and trains
  data.inputs = undefined
  data.targets = undefined
  const start = async () => {
    const model = await initialize(network, { seed: 0 })
    const weights = {}
    data.kernels.forEach((kernel, layer) => {
      weights[`dense_${layer + 1}/kernel`] = { data: kernel, shape: sizes.slice(layer, layer + 2) }
    })
    model.setWeights(weights)
    return model
  }
  // 0: as many as the engine finds worth it
  const limits = task.clipNorm ? { clipNorm: task.clipNorm } : {}
  const measured = task.metrics ? { metrics: task.metrics } : {}
  const chosen = task.own ? OWN[loss] : loss
  const options = {
    loss: chosen,
    optimizer,
    batchSize: batch,
    ...limits,
    ...measured,
    ...(threads > 0 ? { threads } : {}),
  }
  let model = await start()
  let perSecond
  const go = async (epochs) => {
    const begin = performance.now()
    const result = await fit(model, train, { ...options, epochs })
    model.close()
    model = result.model
    perSecond = (epochs * 1000) / (performance.now() - begin)
    return epochs * train.size
  }
  return {
    version: `downslope ${manifest.version}`,
    async learn(count) {
      const first = await start()
      const part = range(0, count)
      const { model } = await fit(first, part, { ...options, epochs: 1, shuffle: false })
      const result = await model.evaluate(heldOut, { loss: chosen })
      for (const used of [first, part, model]) used.close()
      return result.loss
    },
    async train(seconds) {
      if (perSecond === undefined) await go(1)
      return go(Math.max(1, Math.round(seconds * perSecond)))
    },
  }
})
