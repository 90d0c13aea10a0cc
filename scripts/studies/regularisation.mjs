/** L1, L2, decay and dropout by their strength, on few noisy rows. */
import { adam, adamw, dataset, dense, dropout, fit, input, l1, l2, sequential, sgd } from 'downslope'
import { mean } from '../results/protocols.mjs'
import { panels } from './panels.mjs'

const FEATURES = 20
const SEEDS = Array.from({ length: 10 }, (_, seed) => seed)

/** Numbers of a seed: Park and Miller's generator, Box and Muller's normals. */
function normals(seed) {
  let state = (seed * 7919 + 12345) % 2147483647
  const unit = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  return () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit())
}

/** Rows of 20 features, of which three matter; noise of deviation 0.5. */
function rows(count, normal) {
  const inputs = Array.from({ length: count }, () => Array.from({ length: FEATURES }, normal))
  const targets = inputs.map((x) => Math.tanh(2 * x[0]) + x[1] - 0.5 * x[2] + 0.5 * normal())
  return dataset({ inputs, targets })
}

function network({ rate = 0, ...options }) {
  const between = rate > 0 ? [dropout(rate)] : []
  return sequential([
    input({ shape: [FEATURES] }),
    dense(64, { activation: 'relu', ...options }),
    ...between,
    dense(1, options),
  ])
}

const powers = (from, to) => Array.from({ length: 2 * (to - from) + 1 }, (_, i) => 10 ** (from + i / 2))
const STUDIES = {
  'L1, l1(λ)': { x: 'λ', values: powers(-3, 0), build: (λ) => ({ network: network({ kernelRegularizer: l1(λ) }) }) },
  'L2, l2(λ)': { x: 'λ', values: powers(-3, 1), build: (λ) => ({ network: network({ kernelRegularizer: l2(λ) }) }) },
  'Decay, adamw({ weightDecay })': {
    x: 'weight decay',
    values: powers(-2, 1),
    build: (weightDecay) => ({ network: network({}), optimizer: adamw({ learningRate: 0.01, weightDecay }) }),
  },
  'Dropout, dropout(rate)': {
    x: 'rate',
    linear: true,
    values: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    build: (rate) => ({ network: network({ rate }) }),
  },
}

async function errors(build, value) {
  const found = []
  for (const seed of SEEDS) {
    const normal = normals(seed)
    const train = rows(60, normal)
    const test = rows(1000, normal)
    const options = {
      loss: 'meanSquaredError',
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 400,
      batchSize: 20,
      seed,
    }
    const { network: chosen, ...own } = build(value)
    const { model } = await fit(chosen, train, { ...options, ...own })
    found.push([(await model.evaluate(train)).loss, (await model.evaluate(test)).loss].map(Math.sqrt))
    for (const one of [model, train, test]) one.close()
  }
  return [mean(found.map(([train]) => train)), mean(found.map(([, test]) => test))]
}

/** Weights of a linear model that are exactly zero, of the 17 that should be. */
async function zeros() {
  const lines = []
  for (const [name, kernelRegularizer] of [
    ['l1(0.2)', l1(0.2)],
    ['l1(0.2, { proximal: true })', l1(0.2, { proximal: true })],
    ['l2(0.2)', l2(0.2)],
  ]) {
    const counts = []
    const sizes = []
    for (const seed of SEEDS) {
      const data = rows(60, normals(seed))
      const linear = sequential([input({ shape: [FEATURES] }), dense(1, { kernelRegularizer })])
      const options = {
        loss: 'meanSquaredError',
        optimizer: sgd({ learningRate: 0.05 }),
        epochs: 500,
        batchSize: 'all',
        seed,
      }
      const { model } = await fit(linear, data, options)
      const idle = Array.from(model.weights()['dense_1/kernel'].data).slice(3)
      counts.push(idle.filter((w) => w === 0).length)
      sizes.push(mean(idle.map(Math.abs)))
      model.close()
      data.close()
    }
    lines.push([`\`${name}\``, mean(counts).toFixed(1), mean(sizes).toFixed(4)])
  }
  return lines
}

/** The study: a picture and tables. */
export async function study() {
  const list = []
  const table = []
  for (const [title, { x, values, linear, build }] of Object.entries(STUDIES)) {
    const found = []
    for (const value of values) found.push([linear ? value : Math.log10(value), ...(await errors(build, value))])
    const best = found.reduce((a, b) => (b[2] < a[2] ? b : a))
    const [first] = found
    const strength = linear ? best[0] : Number((10 ** best[0]).toPrecision(2))
    table.push([
      title,
      first[2].toFixed(3),
      best[2].toFixed(3),
      String(strength),
      best[1].toFixed(3),
      found.at(-1)[2].toFixed(3),
    ])
    const power = (value) => (linear ? value : Number.isInteger(value) ? `1e${value}` : '')
    list.push({
      title,
      x,
      y: 'RMSE',
      floor: 0,
      ceiling: 1.5,
      labels: found.filter(([at]) => linear || Number.isInteger(at)).map(([at]) => [at, power(at)]),
      series: [
        { name: '60 training rows', points: found.map(([at, train]) => [at, train]) },
        { name: '1,000 fresh rows', points: found.map(([at, , test]) => [at, test]) },
      ],
    })
  }
  const picture = panels({
    title: 'Stronger: worse on rows seen, better on fresh ones, until it is too much',
    subtitle: '20-64-1 relu, 60 rows with three useful features and noise of 0.5, Adam, 400 epochs, mean of ten seeds',
    panels: list,
  })
  return { picture, table, zeros: await zeros() }
}
