/**
 * Pictures of a real search for docs/guides/plots.md: 60 trials of five folds on handwritten digits, drawn by `downslope/plots`.
 *
 *     node scripts/plots.mjs        writes docs/img/tune-history.svg and docs/img/tune-slices.svg
 */
import { writeFileSync } from 'node:fs'
import {
  adam,
  choice,
  dataset,
  dense,
  float,
  input,
  int,
  kFold,
  searchSpace,
  sequential,
  sgd,
  standardize,
  tune,
} from 'downslope'
import { plotHistory, plotSlices } from 'downslope/plots'
import { digits } from '../examples/data/load.mjs'

const { study } = await tune(dataset(digits()), {
  space: searchSpace({
    learningRate: float(1e-3, 1e-1, { scale: 'log' }),
    batchSize: int(10, 40),
    units: int(8, 128, { scale: 'log' }),
    optimizer: choice({ adam: {}, sgd: { momentum: float(0, 0.95) } }),
  }),
  build: ({ learningRate, batchSize, units, optimizer }) => ({
    network: sequential([input({ shape: [64] }), standardize(), dense(units, { activation: 'relu' }), dense(10)]),
    loss: 'crossEntropy',
    optimizer: optimizer.kind === 'adam' ? adam({ learningRate }) : sgd({ learningRate, momentum: optimizer.momentum }),
    epochs: 20,
    batchSize,
  }),
  metric: 'accuracy',
  validation: kFold(5),
  trials: 60,
  seed: 1,
  name: 'digits',
  refit: false,
})

const titles = {
  history: '60 trials of tune on digits: accuracy',
  slices: 'the same trials over three of their parameters',
}
const pictures = {
  history: await plotHistory(study, { title: titles.history, width: 760, height: 360 }),
  slices: await plotSlices(study, {
    title: titles.slices,
    parameters: ['learningRate', 'units', 'batchSize'],
    width: 760,
  }),
}
for (const [name, picture] of Object.entries(pictures)) {
  // a text for who cannot see it; what it does under a mouse is nothing to a picture in a text
  const still = picture
    .replace(/<style[\s\S]*?<\/style>\n?/, '')
    .replace(/<svg [^>]*>/, (tag) => `${tag}\n<title>${titles[name]}</title>`)
  writeFileSync(new URL(`../docs/img/tune-${name}.svg`, import.meta.url), still)
}
await study.close()
