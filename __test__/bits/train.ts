/**
 * Trains three networks on the digits and prints one SHA-256 of everything they came to. `bits.spec.ts` runs this in processes
 * of its own, because the instruction set (`DOWNSLOPE_SIMD`) is chosen once per process.
 *
 *     node --import=@oxc-node/core/register __test__/bits/train.ts [threads]
 */
import { createHash } from 'node:crypto'
import { digits } from '../../examples/data/load.mjs'
import { adam, dataset, dense, dropout, fit, input, l2, rescale, sequential, sgd } from '../../src/index.ts'

const threads = Number(process.argv[2] ?? 1)
const hash = createHash('sha256')
const data = dataset(digits())

/** Widths that are multiples of nothing, both activations, dropout, a penalty. */
const awkward = sequential([
  input({ shape: [64] }),
  rescale(1 / 16),
  dense(61, { activation: 'tanh', kernelRegularizer: l2(1e-3) }),
  dropout(0.25),
  dense(35, { activation: 'relu' }),
  dense(10),
])

/** Wide enough that two threads share the work. */
const wide = sequential([input({ shape: [64] }), rescale(1 / 16), dense(300, { activation: 'tanh' }), dense(10)])

const runs = [
  { network: awkward, optimizer: adam({ learningRate: 0.003 }), batchSize: 33, epochs: 1 }, // 54 batches of 33 and one of 15
  { network: awkward, optimizer: adam({ learningRate: 0.003, amsgrad: true }), batchSize: 'all' as const, epochs: 3 }, // in two pieces
  {
    network: wide,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 1e-3 }),
    batchSize: 1024,
    epochs: 2,
  }, // in one piece
]
for (const options of runs) {
  const { network, ...rest } = options
  const { model, history } = await fit(network, data, {
    ...rest,
    loss: 'crossEntropy',
    metrics: ['accuracy'],
    seed: 7,
    threads,
  })
  for (const { loss, penalty, accuracy } of history) {
    hash.update(Float64Array.of(loss, penalty ?? 0, accuracy ?? 0))
  }
  const weights = Object.entries(model.weights()).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, { data: values }] of weights) {
    hash.update(name)
    hash.update(values)
  }
  hash.update((await model.predict(digits().inputs)).data)
  model.close()
}
data.close()
console.log(hash.digest('hex'))
