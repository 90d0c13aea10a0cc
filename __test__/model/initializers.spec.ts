/** Every initialiser draws from the distribution that it is named after; a name without numbers here does not compile. */
import test from 'ava'
import {
  dense,
  type Initializer,
  type InitializerName,
  initialize,
  initializers,
  input,
  sequential,
} from '../../src/index.ts'

const [INPUTS, UNITS] = [300, 400]

/** Mean and deviation of the elements of a kernel. */
type Moments = readonly [mean: number, deviation: number]

/** A normal that is cut at two deviations has this part of its deviation. */
const CUT = 0.879625661

const usual: Readonly<Record<Exclude<InitializerName, 'constant'>, Moments>> = {
  glorotUniform: [0, Math.sqrt(2 / (INPUTS + UNITS))],
  glorotNormal: [0, Math.sqrt(2 / (INPUTS + UNITS))],
  heUniform: [0, Math.sqrt(2 / INPUTS)],
  heNormal: [0, Math.sqrt(2 / INPUTS)],
  lecunNormal: [0, Math.sqrt(1 / INPUTS)],
  // rows of length 1
  orthogonal: [0, Math.sqrt(1 / UNITS)],
  uniform: [0, 0.1 / Math.sqrt(12)],
  normal: [0, 0.05],
  truncatedNormal: [0, 0.05 * CUT],
  zeros: [0, 0],
  ones: [1, 0],
}
const given: readonly (readonly [Initializer, Moments])[] = [
  [initializers.constant(0.25), [0.25, 0]],
  [initializers.uniform({ min: 1, max: 3 }), [2, 2 / Math.sqrt(12)]],
  [initializers.normal({ mean: 1, deviation: 0.1 }), [1, 0.1]],
  [initializers.truncatedNormal({ mean: -1, deviation: 0.1 }), [-1, 0.1 * CUT]],
]

async function kernel(kernelInitializer: Initializer | InitializerName, seed: number): Promise<Float32Array> {
  const network = sequential([input({ shape: [INPUTS] }), dense(UNITS, { kernelInitializer, name: 'layer' })])
  const model = await initialize(network, { seed })
  const { data } = model.weights()['layer/kernel'] ?? { data: new Float32Array() }
  model.close()
  return data
}

const named = Object.entries(usual).map(([name, moments]) => [name as InitializerName, moments] as const)

for (const [initializer, [mean, deviation]] of [...named, ...given]) {
  test(`${JSON.stringify(initializer)}: mean and deviation, by seed alone`, async (t) => {
    const data = await kernel(initializer, 1)
    t.is(data.length, INPUTS * UNITS)
    const center = data.reduce((sum, value) => sum + value, 0) / data.length
    const spread = Math.sqrt(data.reduce((sum, value) => sum + (value - center) ** 2, 0) / data.length)
    // of 120,000 draws the mean is good to deviation / 346, the deviation to at most 1 in 490: five of these
    t.true(Math.abs(center - mean) <= (5 * deviation) / 346, `mean ${center}`)
    t.true(Math.abs(spread - deviation) <= (5 * deviation) / 490, `deviation ${spread}`)
    t.deepEqual(await kernel(initializer, 1), data)
    if (deviation > 0) t.notDeepEqual(await kernel(initializer, 2), data)
  })
}

test('rows of an orthogonal kernel are at right angles', async (t) => {
  const data = await kernel('orthogonal', 3)
  const row = (index: number): Float32Array => data.subarray(index * UNITS, (index + 1) * UNITS)
  for (const [one, other] of [
    [0, 0],
    [0, 1],
    [17, 251],
    [299, 299],
    [298, 299],
  ] as const) {
    const product = row(one).reduce((sum, value, index) => sum + value * (row(other)[index] ?? Number.NaN), 0)
    // the rounding of elements to 32 bits
    t.true(Math.abs(product - (one === other ? 1 : 0)) < 1e-6, `${one} · ${other} = ${product}`)
  }
})
