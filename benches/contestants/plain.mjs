/** Training in plain JavaScript: the loops as the formulas are written, over typed arrays. Weights are `[units][inputs]`. */
import { contestant, update } from '../lib/loops.mjs'
import { serve } from '../lib/serve.mjs'

function make({ sizes, optimizer }, { inputs, kernels }, batch) {
  const layers = sizes.slice(1).map((units, layer) => {
    const n = sizes[layer]
    const w = Float32Array.from({ length: n * units }, (_, i) => kernels[layer][(i % n) * units + Math.floor(i / n)])
    const tensor = (length) => new Float32Array(length)
    const states = [w.length, units].map((length) => ({ first: tensor(length), second: tensor(length) }))
    return { n, units, w, b: tensor(units), gw: tensor(w.length), gb: tensor(units), y: tensor(batch * units), states }
  })
  const gradients = sizes.slice(1).map((units) => new Float32Array(batch * units))
  const x = new Float32Array(batch * sizes[0])
  const last = layers.at(-1)
  return {
    outputs: last.y,
    forward(rows) {
      for (let r = 0; r < batch; r++) {
        for (let i = 0; i < sizes[0]; i++) x[r * sizes[0] + i] = inputs[rows[r] * sizes[0] + i]
      }
      let from = x
      for (const layer of layers) {
        const { n, units, w, b, y } = layer
        for (let r = 0; r < batch; r++) {
          for (let j = 0; j < units; j++) {
            let sum = b[j]
            for (let i = 0; i < n; i++) sum += from[r * n + i] * w[j * n + i]
            y[r * units + j] = layer !== last && sum < 0 ? 0 : sum
          }
        }
        from = y
      }
    },
    backward() {
      let dy = last.y
      for (let index = layers.length - 1; index >= 0; index--) {
        const { n, units, w, gw, gb } = layers[index]
        const from = index === 0 ? x : layers[index - 1].y
        gw.fill(0)
        gb.fill(0)
        for (let r = 0; r < batch; r++) {
          for (let j = 0; j < units; j++) {
            const d = dy[r * units + j]
            gb[j] += d
            for (let i = 0; i < n; i++) gw[j * n + i] += d * from[r * n + i]
          }
        }
        if (index === 0) break
        const dx = gradients[index - 1]
        dx.fill(0)
        for (let r = 0; r < batch; r++) {
          for (let j = 0; j < units; j++) {
            const d = dy[r * units + j]
            for (let i = 0; i < n; i++) dx[r * n + i] += d * w[j * n + i]
          }
          for (let i = 0; i < n; i++) if (from[r * n + i] <= 0) dx[r * n + i] = 0
        }
        dy = dx
      }
    },
    update(step) {
      for (const { w, b, gw, gb, states } of layers) {
        update(optimizer, w, gw, states[0], step, true)
        update(optimizer, b, gb, states[1], step, false)
      }
    },
  }
}

await serve(contestant('plain loops', make))
