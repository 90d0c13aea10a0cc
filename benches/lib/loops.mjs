/** What both networks of loops share: the batch, the loss and its gradient, the update rules. */
import { batches } from './serve.mjs'
import { HELD_OUT } from './tasks.mjs'

/** Adam's numbers, as everywhere. */
export const BETA1 = 0.9
export const BETA2 = 0.999
export const EPSILON = 1e-8

/** Loss of a batch of outputs; turns them into its gradient in place. */
export function lossAndGradient(loss, z, targets, rows, batch, width) {
  let total = 0
  if (loss === 'crossEntropy') {
    for (let r = 0; r < batch; r++) {
      const at = r * width
      let largest = z[at]
      for (let j = 1; j < width; j++) if (z[at + j] > largest) largest = z[at + j]
      let sum = 0
      const label = targets[rows[r]]
      total += largest - z[at + label]
      for (let j = 0; j < width; j++) {
        const e = Math.exp(z[at + j] - largest)
        z[at + j] = e
        sum += e
      }
      total += Math.log(sum)
      const scale = 1 / (sum * batch)
      for (let j = 0; j < width; j++) z[at + j] *= scale
      z[at + label] -= 1 / batch
    }
  } else {
    const scale = 2 / (batch * width)
    for (let r = 0; r < batch; r++) {
      for (let j = 0; j < width; j++) {
        const error = z[r * width + j] - targets[rows[r] * width + j]
        total += (error * error) / width
        z[r * width + j] = scale * error
      }
    }
  }
  return total / batch
}

/** Plain gradient descent with decay, or Adam, over one tensor. */
export function update(optimizer, parameter, gradient, state, step, decay) {
  const { learningRate, weightDecay = 0 } = optimizer
  const n = parameter.length
  if (optimizer.kind === 'sgd') {
    const keep = 1 - learningRate * (decay ? weightDecay : 0)
    for (let i = 0; i < n; i++) parameter[i] = keep * parameter[i] - learningRate * gradient[i]
    return
  }
  const { first, second } = state
  const size = (learningRate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step)
  const epsilon = EPSILON * Math.sqrt(1 - BETA2 ** step)
  for (let i = 0; i < n; i++) {
    const g = gradient[i]
    const m = BETA1 * first[i] + (1 - BETA1) * g
    const v = BETA2 * second[i] + (1 - BETA2) * g * g
    first[i] = m
    second[i] = v
    parameter[i] -= (size * m) / (Math.sqrt(v) + epsilon)
  }
}

/** A contestant of a network of loops: `make(sizes, kernels, batch)` returns `{ forward(rows), backward(), outputs, update(step) }`. */
export function contestant(version, make) {
  return ({ task, data, batch }) => {
    const { loss, rows } = task
    const width = task.sizes.at(-1)
    const start = (size) => make(task, data, size)
    const range = (from, to) => Uint32Array.from({ length: to - from }, (_, i) => from + i)
    const advance = (network, indices, step) => {
      network.forward(indices)
      const value = lossAndGradient(loss, network.outputs, data.targets, indices, indices.length, width)
      network.backward()
      network.update(step)
      return value
    }
    const next = batches(rows - HELD_OUT, batch)
    const network = start(batch)
    let count = 0
    return {
      version,
      learn(rowsSeen) {
        const fresh = start(batch)
        for (let at = 0; at < rowsSeen; at += batch) advance(fresh, range(at, at + batch), at / batch + 1)
        let total = 0
        for (let at = rows - HELD_OUT; at < rows; at += batch) {
          const indices = range(at, at + batch)
          fresh.forward(indices)
          total += lossAndGradient(loss, fresh.outputs, data.targets, indices, batch, width)
        }
        return (total * batch) / HELD_OUT
      },
      step: () => advance(network, next(), ++count),
    }
  }
}
