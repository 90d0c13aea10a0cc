/**
 * A run that survives: it writes a checkpoint after every epoch, is broken off, and goes on as if nothing had happened.
 *
 *     node examples/resume.mjs
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adam, cosineDecay, dataset, dense, dropout, fit, input, rescale, sequential } from 'downslope'
import { digits } from './data/load.mjs'

const folder = mkdtempSync(join(tmpdir(), 'downslope-'))
const path = join(folder, 'run.checkpoint')
const data = dataset(digits())
const network = sequential([
  input({ shape: [64] }),
  rescale(1 / 16),
  dense(64, { activation: 'relu' }),
  dropout(0.2),
  dense(10),
])
const options = {
  loss: 'crossEntropy',
  optimizer: adam({ learningRate: cosineDecay({ initial: 0.005 }) }),
  epochs: 12,
  validation: 0.2,
  metrics: ['accuracy'],
}

/** A short name for all weights. */
function fingerprint(model) {
  const hash = createHash('sha256')
  for (const { data } of Object.values(model.weights())) hash.update(new Uint8Array(data.buffer))
  return hash.digest('hex').slice(0, 16)
}

const interrupted = fit(network, data, { ...options, checkpoint: { path } })
for await (const { epoch } of interrupted) {
  if (epoch === 5) break // only stops looking …
}
interrupted.stop() // … and this ends the run, as a crash would
const { history: begun } = await interrupted
console.log(`broken off after epoch ${begun.length}`)

const resumed = await fit(network, data, { ...options, resume: path })
console.log(`resumed: ${resumed.status}, ${resumed.history.length} epochs, weights ${fingerprint(resumed.model)}`)

const whole = await fit(network, data, options)
console.log(`in one go:  ${whole.history.length} epochs, weights ${fingerprint(whole.model)}`)
console.log(fingerprint(resumed.model) === fingerprint(whole.model) ? 'the same, bit for bit' : 'they differ')

rmSync(folder, { recursive: true })
