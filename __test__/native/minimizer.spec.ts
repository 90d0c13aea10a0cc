import test from 'ava'
import { type NativeTensor, native, receive, unwrap, unwrapLater } from '../../src/native/index.ts'

function scalar(name: string, value: number): NativeTensor {
  return { name, shape: [], values: Float32Array.of(value) }
}

/** (x - 3)² with a parameter of one number. */
const square = {
  parameters: [{ name: 'x', shape: [] }],
  nodes: [
    { name: 'three', op: 'constant', inputs: [], attributes: { shape: [], values: 3 } },
    { name: 'd', op: 'subtract', inputs: ['x', 'three'] },
    { name: 'y', op: 'multiply', inputs: ['d', 'd'] },
  ],
  outputs: [{ name: 'y', value: 'y' }],
  losses: [{ name: 'y', value: 'y' }],
}

test('a square is minimised as on paper', async (t) => {
  const options = JSON.stringify({ optimizer: { kind: 'sgd' }, batchSize: 0 })
  const minimizer = await receive(
    native().createMinimizer(JSON.stringify(square), [scalar('x', 10)], undefined, options),
  )
  t.is(minimizer.stepsPerEpoch, 1)
  const rate = minimizer.hyperparameters.map((name) => (name === 'learningRate' ? 0.25 : 0))
  const chunk = await unwrapLater(minimizer.advance(Float64Array.from(rate), 4, 1e6, true))
  t.is(chunk.steps, 4)
  t.deepEqual([...chunk.values], [49, 12.25, 3.0625, 0.765625])
  t.deepEqual([...(chunk.parameters ?? [])], [6.5, 4.75, 3.875, 3.4375])
  t.false(chunk.diverged)
  const [x] = await unwrapLater(minimizer.parameters())
  t.is(x?.values[0], 3.4375)
  minimizer.close()
})

test('a step that diverges leaves the parameters before it', async (t) => {
  const options = JSON.stringify({ optimizer: { kind: 'sgd' }, batchSize: 0 })
  const minimizer = await receive(
    native().createMinimizer(JSON.stringify(square), [scalar('x', 10)], undefined, options),
  )
  const rate = minimizer.hyperparameters.map((name) => (name === 'learningRate' ? 1e15 : 0))
  const chunk = await unwrapLater(minimizer.advance(Float64Array.from(rate), 10, 1e6, true))
  t.true(chunk.diverged)
  t.is(chunk.values.length, chunk.steps)
  const [x] = await unwrapLater(minimizer.parameters())
  t.is(x?.values[0], chunk.parameters?.[chunk.steps - 1])
  t.true((await unwrapLater(minimizer.advance(Float64Array.from(rate), 10, 1e6, false))).diverged)
  minimizer.close()
})

test('an expression has a value and a gradient', async (t) => {
  const { outputs, gradients } = await unwrapLater(
    native().evaluateGraph(JSON.stringify(square), [scalar('x', 5)], true),
  )
  t.deepEqual([outputs[0]?.name, outputs[0]?.shape, outputs[0]?.values[0]], ['y', [], 4])
  t.deepEqual([gradients[0]?.name, gradients[0]?.values[0]], ['x', 4])
})

test('data feed the columns of their names', async (t) => {
  const column = (name: string, values: number[]) => ({
    name,
    role: 'input',
    shape: [],
    classes: 0,
    f32: Float32Array.from(values),
  })
  const data = unwrap(native().createDataset([column('x', [1, 2, 3, 4]), column('target', [2, 4, 6, 8])]))
  const graph = {
    inputs: [
      { name: 'x', shape: ['rows'], type: 'f32' },
      { name: 'target', shape: ['rows'], type: 'f32' },
    ],
    parameters: [{ name: 'slope', shape: [] }],
    nodes: [
      { name: 'line', op: 'multiply', inputs: ['x', 'slope'] },
      { name: 'd', op: 'subtract', inputs: ['line', 'target'] },
      { name: 'loss', op: 'multiply', inputs: ['d', 'd'] },
    ],
    losses: [{ name: 'loss', value: 'loss' }],
  }
  const options = JSON.stringify({ optimizer: { kind: 'sgd' }, batchSize: 2, shuffle: false })
  const minimizer = await receive(native().createMinimizer(JSON.stringify(graph), [scalar('slope', 0)], data, options))
  t.is(minimizer.stepsPerEpoch, 2)
  const rate = minimizer.hyperparameters.map((name) => (name === 'learningRate' ? 0.01 : 0))
  const chunk = await unwrapLater(minimizer.advance(Float64Array.from(rate), 400, 1e6, false))
  t.is(chunk.steps, 400)
  t.is(chunk.values[0], 10)
  t.true(Math.abs(((await unwrapLater(minimizer.parameters()))[0]?.values[0] ?? 0) - 2) < 1e-4)
  minimizer.close()
  const without = await native().createMinimizer(JSON.stringify(graph), [scalar('slope', 0)], undefined, options)
  t.is(without.error?.code, 'ERR_DATA')
})
