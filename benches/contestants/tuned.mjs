/**
 * Training in JavaScript as fast as we could make it without WebAssembly: all products are one kernel that keeps 4 × 4 sums in registers and
 * walks both operands along memory. Operands that lie the other way are transposed first, in blocks. Weights are `[units][inputs]`.
 *
 * Tried and slower on Node 20, x86-64: `Math.fround` around each operation (a third of the speed: it is not folded into single-precision
 * arithmetic), 2 × 2, 2 × 4, 3 × 3 and 2 × 6 sums (70 to 99 %), the inner loop unrolled by two or four (85 to 99 %).
 */
import { contestant, update } from '../lib/loops.mjs'
import { serve } from '../lib/serve.mjs'

/** c[m][n] = a[m][k] · b[n][k]ᵀ */
function product(m, n, k, a, b, c) {
  let j = 0
  for (; j + 4 <= n; j += 4) {
    const b0 = j * k
    const b1 = b0 + k
    const b2 = b1 + k
    const b3 = b2 + k
    let i = 0
    for (; i + 4 <= m; i += 4) {
      const a0 = i * k
      const a1 = a0 + k
      const a2 = a1 + k
      const a3 = a2 + k
      let s00 = 0
      let s01 = 0
      let s02 = 0
      let s03 = 0
      let s10 = 0
      let s11 = 0
      let s12 = 0
      let s13 = 0
      let s20 = 0
      let s21 = 0
      let s22 = 0
      let s23 = 0
      let s30 = 0
      let s31 = 0
      let s32 = 0
      let s33 = 0
      for (let p = 0; p < k; p++) {
        const y0 = b[b0 + p]
        const y1 = b[b1 + p]
        const y2 = b[b2 + p]
        const y3 = b[b3 + p]
        let x = a[a0 + p]
        s00 += x * y0
        s01 += x * y1
        s02 += x * y2
        s03 += x * y3
        x = a[a1 + p]
        s10 += x * y0
        s11 += x * y1
        s12 += x * y2
        s13 += x * y3
        x = a[a2 + p]
        s20 += x * y0
        s21 += x * y1
        s22 += x * y2
        s23 += x * y3
        x = a[a3 + p]
        s30 += x * y0
        s31 += x * y1
        s32 += x * y2
        s33 += x * y3
      }
      let at = i * n + j
      c[at] = s00
      c[at + 1] = s01
      c[at + 2] = s02
      c[at + 3] = s03
      at += n
      c[at] = s10
      c[at + 1] = s11
      c[at + 2] = s12
      c[at + 3] = s13
      at += n
      c[at] = s20
      c[at + 1] = s21
      c[at + 2] = s22
      c[at + 3] = s23
      at += n
      c[at] = s30
      c[at + 1] = s31
      c[at + 2] = s32
      c[at + 3] = s33
    }
    edge(i, m, j, j + 4, n, k, a, b, c)
  }
  edge(0, m, j, n, n, k, a, b, c)
}

/** Rows and columns that do not fill a tile. */
function edge(i0, i1, j0, j1, n, k, a, b, c) {
  for (let i = i0; i < i1; i++) {
    for (let j = j0; j < j1; j++) {
      let even = 0
      let odd = 0
      const at = i * k
      const bt = j * k
      let p = 0
      for (; p + 2 <= k; p += 2) {
        even += a[at + p] * b[bt + p]
        odd += a[at + p + 1] * b[bt + p + 1]
      }
      if (p < k) even += a[at + p] * b[bt + p]
      c[i * n + j] = even + odd
    }
  }
}

/** y[columns][rows] = x[rows][columns]ᵀ */
function transpose(rows, columns, x, y) {
  for (let i0 = 0; i0 < rows; i0 += 16) {
    const i1 = Math.min(rows, i0 + 16)
    for (let j = 0; j < columns; j++) {
      for (let i = i0; i < i1; i++) y[j * rows + i] = x[i * columns + j]
    }
  }
}

function make({ sizes, optimizer }, { inputs, kernels }, batch) {
  const tensor = (length) => new Float32Array(length)
  const layers = sizes.slice(1).map((units, layer) => {
    const n = sizes[layer]
    const w = tensor(n * units)
    transpose(n, units, kernels[layer], w)
    const states = [w.length, units].map((length) => ({ first: tensor(length), second: tensor(length) }))
    const turned = { w: tensor(n * units), x: tensor(n * batch), dy: tensor(units * batch) }
    const y = tensor(batch * units)
    return { n, units, w, b: tensor(units), gw: tensor(n * units), gb: tensor(units), y, turned, states }
  })
  const gradients = sizes.slice(1).map((units) => tensor(batch * units))
  const x = tensor(batch * sizes[0])
  const last = layers.at(-1)
  return {
    outputs: last.y,
    forward(rows) {
      const width = sizes[0]
      for (let r = 0; r < batch; r++) x.set(inputs.subarray(rows[r] * width, (rows[r] + 1) * width), r * width)
      let from = x
      for (const layer of layers) {
        const { n, units, w, b, y } = layer
        product(batch, units, n, from, w, y)
        for (let at = 0; at < batch * units; at += units) {
          for (let j = 0; j < units; j++) {
            const value = y[at + j] + b[j]
            y[at + j] = layer !== last && value < 0 ? 0 : value
          }
        }
        from = y
      }
    },
    backward() {
      let dy = last.y
      for (let index = layers.length - 1; index >= 0; index--) {
        const { n, units, w, gw, gb, turned } = layers[index]
        const from = index === 0 ? x : layers[index - 1].y
        transpose(batch, units, dy, turned.dy)
        for (let j = 0; j < units; j++) {
          let sum = 0
          for (let r = 0; r < batch; r++) sum += turned.dy[j * batch + r]
          gb[j] = sum
        }
        transpose(batch, n, from, turned.x)
        product(units, n, batch, turned.dy, turned.x, gw)
        if (index === 0) break
        const dx = gradients[index - 1]
        transpose(units, n, w, turned.w)
        product(batch, n, units, dy, turned.w, dx)
        for (let i = 0; i < batch * n; i++) if (from[i] <= 0) dx[i] = 0
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

await serve(contestant('tuned loops', make))
