/** jax-js on its WebAssembly device: one jitted step. Arrays are counted references: `.ref` where one is used again. */
import { readFileSync } from 'node:fs'
import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import { batches, serve } from '../lib/serve.mjs'
import { HELD_OUT } from '../lib/tasks.mjs'

await serve(async ({ task, data, batch }) => {
  const { sizes, rows, loss } = task
  const { kind, learningRate, weightDecay = 0 } = task.optimizer
  await init('wasm')
  defaultDevice('wasm')
  const manifest = new URL('./node_modules/@jax-js/jax/package.json', new URL('../', import.meta.url))
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  const classes = loss === 'crossEntropy'
  const outputs = sizes.at(-1)
  const fresh = () =>
    data.kernels.map((kernel, layer) => ({
      kernel: np.array(kernel.slice()).reshape(sizes.slice(layer, layer + 2)),
      bias: np.zeros([sizes[layer + 1]]),
    }))
  const lossOf = (layers, x, y) => {
    let h = x
    layers.forEach(({ kernel, bias }, layer) => {
      h = np.matmul(h, kernel).add(bias)
      if (layer < layers.length - 1) h = nn.relu(h)
    })
    if (classes)
      return nn
        .logSoftmax(h)
        .mul(y)
        .sum()
        .mul(-1 / batch)
    return np.square(h.sub(y)).mean()
  }
  const descend = jit((layers, x, y) => {
    const [value, gradients] = valueAndGrad(lossOf)(layers.map(tree.ref), x, y)
    const after = layers.map(({ kernel, bias }, i) => ({
      kernel: kernel.mul(1 - learningRate * weightDecay).sub(gradients[i].kernel.mul(learningRate)),
      bias: bias.sub(gradients[i].bias.mul(learningRate)),
    }))
    return [after, value]
  })
  const moments = jit((state, x, y, size, epsilon) => {
    const { layers, first, second } = state
    const [value, gradients] = valueAndGrad(lossOf)(layers.map(tree.ref), x, y)
    const m = tree.map((a, g) => a.mul(0.9).add(g.mul(0.1)), first, tree.ref(gradients))
    const v = tree.map((a, g) => a.mul(0.999).add(np.square(g).mul(0.001)), second, gradients)
    const after = tree.map(
      (w, a, b) => w.sub(size.ref.mul(a).div(np.sqrt(b).add(epsilon.ref))),
      layers,
      tree.ref(m),
      tree.ref(v),
    )
    size.dispose()
    epsilon.dispose()
    return [{ layers: after, first: m, second: v }, value]
  })
  const begin = () => {
    const layers = fresh()
    if (kind === 'sgd') return layers
    const zeros = () => tree.map((w) => np.zeros(w.shape), tree.ref(layers))
    return { layers, first: zeros(), second: zeros() }
  }
  const operands = (indices) => {
    const x = new Float32Array(batch * sizes[0])
    const y = new Float32Array(batch * outputs)
    indices.forEach((row, r) => {
      x.set(data.inputs.subarray(row * sizes[0], (row + 1) * sizes[0]), r * sizes[0])
      if (classes) y[r * outputs + data.targets[row]] = 1
      else y.set(data.targets.subarray(row * outputs, (row + 1) * outputs), r * outputs)
    })
    return [np.array(x).reshape([batch, sizes[0]]), np.array(y).reshape([batch, outputs])]
  }
  const advance = (state, indices, step) => {
    const [x, y] = operands(indices)
    if (kind === 'sgd') return descend(state, x, y)
    const second = Math.sqrt(1 - 0.999 ** step)
    const size = np.array(new Float32Array([(learningRate * second) / (1 - 0.9 ** step)])).reshape([])
    return moments(state, x, y, size, np.array(new Float32Array([1e-8 * second])).reshape([]))
  }
  const evaluate = jit(lossOf)
  const range = (from) => Uint32Array.from({ length: batch }, (_, i) => from + i)
  const next = batches(rows - HELD_OUT, batch)
  let state = begin()
  let last
  let count = 0
  return {
    version: `jax-js ${version}, wasm`,
    async learn(total) {
      let own = begin()
      for (let at = 0; at < total; at += batch) {
        const [after, value] = advance(own, range(at), at / batch + 1)
        value.dispose()
        own = after
      }
      const layers = kind === 'sgd' ? own : own.layers
      let sum = 0
      for (let at = rows - HELD_OUT; at < rows; at += batch) {
        sum += (await evaluate(tree.ref(layers), ...operands(range(at))).data())[0]
      }
      return (sum * batch) / HELD_OUT
    },
    step() {
      const [after, value] = advance(state, next(), ++count)
      state = after
      last?.dispose()
      last = value
    },
    settle: async () => {
      await last?.ref.data()
    },
  }
})
