/**
 * Trains a small network on 1,437 handwritten digits and tries it on 360 others.
 *
 *     npm run demo
 */
import { mkdirSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  adam,
  confusionMatrix,
  cosineDecay,
  dataset,
  dense,
  dropout,
  fit,
  input,
  loadModel,
  rescale,
  sequential,
} from 'downslope'
import { digits } from './data/load.mjs'
import { bold, confusion, dim, done, green, print, progress, red, shades, sideBySide } from './terminal.mjs'

const EPOCHS = 25
const PIXELS = 64

// 1. Data. Every fifth digit is kept for the test and not seen in training.
const { inputs, labels } = digits()
const everything = dataset({ inputs, labels })
const rows = Array.from({ length: everything.size }, (_, row) => row)
const testRows = rows.filter((row) => row % 5 === 0)
const train = everything.subset(rows.filter((row) => row % 5 !== 0))
const test = everything.subset(testRows)

// 2. Model.
const network = sequential([
  input({ shape: [PIXELS] }),
  rescale(1 / 16), // pixels go from 0 to 16
  dense(100, { activation: 'relu' }),
  dropout(0.2),
  dense(10),
])

// 3. Training. The loop only looks: training goes on by itself, beside the event loop.
print(bold(`\n${train.size} digits to learn from, ${test.size} to be tested on`))
print(dim('64 pixels → 100 relu, dropout 0.2 → 10 classes · adam, cosine decay · batches of 32\n'))
const begin = performance.now()
const run = fit(network, train, {
  loss: 'crossEntropy',
  optimizer: adam({ learningRate: cosineDecay({ initial: 0.004 }) }),
  epochs: EPOCHS,
  batchSize: 32,
  metrics: ['accuracy'],
  seed: 1,
})
for await (const { epoch, loss, accuracy } of run) {
  print(`epoch ${String(epoch).padStart(2)}/${EPOCHS}   loss ${loss.toFixed(4)}   accuracy ${accuracy.toFixed(4)}`)
  progress(epoch / EPOCHS, `${epoch} of ${EPOCHS} epochs`)
}
const { model } = await run
done()
const seconds = (performance.now() - begin) / 1000
const speed = Math.round((train.size * EPOCHS) / seconds).toLocaleString('en')
print(dim(`${seconds.toFixed(2)} s, ${speed} digits a second\n`))

// 4. Test.
const { accuracy, loss } = await model.evaluate(test, { metrics: ['accuracy'] })
print(`${bold('test')}          loss ${loss.toFixed(4)}   accuracy ${bold(accuracy.toFixed(4))}\n`)

const pixels = new Uint8Array(testRows.length * PIXELS)
testRows.forEach((row, index) => {
  pixels.set(inputs.data.subarray(row * PIXELS, (row + 1) * PIXELS), index * PIXELS)
})
const images = { data: pixels, shape: [testRows.length, PIXELS] }
const said = Array.from(await model.predictClasses(images), Number)
const was = testRows.map((row) => labels[row])

const { classes, matrix } = confusionMatrix(was, said)
print(bold('confusion matrix') + dim('  rows: what it was, columns: what the model said\n'))
confusion(classes, matrix)

// 5. A few digits: up to four that it took for another, the rest as they come.
const wrong = was.flatMap((digit, index) => (said[index] === digit ? [] : [index])).slice(0, 4)
const right = was.flatMap((digit, index) => (said[index] === digit ? [index] : [])).slice(0, 8 - wrong.length)
print(bold('\nsamples') + dim('  mistakes first\n'))
const samples = [...wrong, ...right].map((index) => {
  const good = said[index] === was[index]
  const caption = `${was[index]}, said ${said[index]} ${good ? '✓' : '✗'}`.padEnd(16)
  return [...shades(pixels.subarray(index * PIXELS, (index + 1) * PIXELS), 8, 16), (good ? green : red)(caption)]
})
sideBySide(samples, 16)

// 6. Saved, loaded, the same.
const path = fileURLToPath(new URL('out/digits.safetensors', import.meta.url))
mkdirSync(fileURLToPath(new URL('out/', import.meta.url)), { recursive: true })
await model.save(path)
const loaded = await loadModel(path)
const before = await model.predict(images, { probabilities: true })
const after = await loaded.predict(images, { probabilities: true })
const same = before.data.every((value, index) => Object.is(value, after.data[index]))
print(`saved to ${relative('.', path)} (${(statSync(path).size / 1024).toFixed(0)} KiB) and loaded again`)
print(same ? green(`all ${testRows.length} predictions are the same, bit for bit\n`) : red('the predictions differ\n'))
if (!same) process.exitCode = 1

loaded.close()
model.close()
everything.close()
