/**
 * What is trained: two networks, their data and their first weights, the same numbers for every contestant.
 *
 * The digits are ten random prototypes with noise, so that a network can learn them; the function is smooth. Everything follows from
 * a fixed seed and is written as raw little-endian files, which Python reads as well.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Rows at the end of each set that the loss is measured on. */
export const HELD_OUT = 2048

export const TASKS = {
  digits: {
    title: '784-256-10, cross entropy, SGD with decay',
    sizes: [784, 256, 10],
    rows: 60_000,
    loss: 'crossEntropy',
    optimizer: { kind: 'sgd', learningRate: 0.05, weightDecay: 1e-4 },
  },
  curve: {
    title: '20-64-64-1, squared error, Adam',
    sizes: [20, 64, 64, 1],
    rows: 8192 + HELD_OUT,
    loss: 'meanSquaredError',
    optimizer: { kind: 'adam', learningRate: 1e-3 },
  },
  large: {
    title: '1024-2048-1024, squared error',
    sizes: [1024, 2048, 1024],
    rows: 4096 + HELD_OUT,
    loss: 'meanSquaredError',
    optimizer: { kind: 'sgd', learningRate: 0.01 },
  },
}

/** Uniform in [-0.5, 0.5): Mulberry32. */
export function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32 - 0.5
  }
}

function normal(random) {
  const radius = Math.sqrt(-2 * Math.log(random() + 0.5 + 2 ** -33))
  return radius * Math.cos(2 * Math.PI * random())
}

/** Inputs, targets and first weights of a task; kernels are `[inputs, outputs]`. */
export function make({ sizes, rows, loss }) {
  const random = generator(1)
  const width = sizes[0]
  const outputs = sizes.at(-1)
  const inputs = new Float32Array(rows * width)
  const classes = loss === 'crossEntropy'
  const targets = classes ? new Uint32Array(rows) : new Float32Array(rows * outputs)
  const prototypes = classes ? Float32Array.from({ length: outputs * width }, random) : undefined
  for (let row = 0; row < rows; row++) {
    const label = Math.floor((random() + 0.5) * outputs)
    const at = row * width
    for (let i = 0; i < width; i++) {
      inputs[at + i] = random() + (prototypes ? 0.5 * prototypes[label * width + i] : 0)
    }
    if (classes) targets[row] = label
    else {
      for (let j = 0; j < outputs; j++) {
        targets[row * outputs + j] = Math.sin(3 * inputs[at + (j % width)]) + inputs[at + ((j + 1) % width)]
      }
    }
  }
  const kernels = sizes.slice(1).map((units, layer) => {
    const scale = Math.sqrt(2 / sizes[layer])
    return Float32Array.from({ length: sizes[layer] * units }, () => scale * normal(random))
  })
  return { inputs, targets, kernels }
}

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/**
 * Every update rule with the numbers it keeps for each weight: where the update is part of the gradient's product, a step has to move
 * 8 · (1 + states) bytes a weight.
 */
export const FLOORS = {
  sgd: { states: 0, optimizer: { kind: 'sgd', learningRate: 0.01 } },
  momentum: { states: 1, optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } },
  adam: { states: 2, optimizer: { kind: 'adam', learningRate: 1e-3 } },
  amsgrad: { states: 3, optimizer: { kind: 'adam', learningRate: 1e-3, amsgrad: true } },
  adamw: { states: 2, optimizer: { kind: 'adamw', learningRate: 1e-3, weightDecay: 0.01 } },
  nadam: { states: 2, optimizer: { kind: 'nadam', learningRate: 1e-3 } },
  adamax: { states: 2, optimizer: { kind: 'adamax', learningRate: 1e-3 } },
  radam: { states: 2, optimizer: { kind: 'radam', learningRate: 1e-3 } },
  rmsprop: { states: 1, optimizer: { kind: 'rmsprop', learningRate: 1e-4 } },
  adagrad: { states: 1, optimizer: { kind: 'adagrad', learningRate: 1e-3 } },
  adadelta: { states: 2, optimizer: { kind: 'adadelta', learningRate: 0.1 } },
  lion: { states: 1, optimizer: { kind: 'lion', learningRate: 1e-5 } },
}

/** Writes the data of a task, or of a changed one, where they are not there yet; returns their folder. */
export function prepare(root, name, change = {}) {
  const task = { ...TASKS[name], ...change }
  const folder = join(root, [name, ...task.sizes, task.rows].join('-'))
  if (existsSync(folder)) return folder
  const { inputs, targets, kernels } = make(task)
  const stage = `${folder}.part`
  mkdirSync(stage, { recursive: true })
  writeFileSync(join(stage, 'inputs'), bytesOf(inputs))
  writeFileSync(join(stage, 'targets'), bytesOf(targets))
  kernels.forEach((kernel, layer) => {
    writeFileSync(join(stage, `kernel_${layer}`), bytesOf(kernel))
  })
  renameSync(stage, folder)
  return folder
}

/** Reads what {@link prepare} wrote. */
export function load(folder, { sizes, loss }) {
  const read = (name, Type) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name))
    return new Type(buffer, byteOffset, byteLength / Type.BYTES_PER_ELEMENT)
  }
  return {
    inputs: read('inputs', Float32Array),
    targets: read('targets', loss === 'crossEntropy' ? Uint32Array : Float32Array),
    kernels: sizes.slice(1).map((_, layer) => read(`kernel_${layer}`, Float32Array)),
  }
}

/** Floating-point operations of training on one row: the gradient of the first layer's input is not needed. */
export function flopsPerRow(sizes) {
  return sizes.slice(1).reduce((sum, units, layer) => sum + (layer === 0 ? 4 : 6) * sizes[layer] * units, 0)
}

/** Weights and biases. */
export function parametersOf(sizes) {
  return sizes.slice(1).reduce((sum, units, layer) => sum + (sizes[layer] + 1) * units, 0)
}
