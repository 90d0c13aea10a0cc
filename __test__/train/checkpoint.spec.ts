import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  adam,
  adamw,
  dataset,
  dense,
  dropout,
  type FitOptions,
  fit,
  functional,
  input,
  loadModel,
  type Model,
  nadam,
  reduceOnPlateau,
  sequential,
  sgd,
  standardize,
} from '../../src/index.ts'
import { createJournal, readJournal } from '../../src/train/checkpoint.ts'
import { classifier, clouds, line, regressor, rejectsCode } from '../helpers.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-checkpoint-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string): string => join(folder, `${name}.safetensors`)

const network = sequential([
  input({ shape: [2] }),
  standardize(),
  dense(24, { activation: 'tanh' }),
  dropout(0.2),
  dense(3),
])

const settings: Readonly<Record<string, FitOptions<readonly ['accuracy'], string>>> = {
  plain: { loss: 'crossEntropy', optimizer: sgd({ learningRate: 0.05 }) },
  adam: { loss: 'crossEntropy', optimizer: adam({ learningRate: 0.01, amsgrad: true }), validation: 0.2 },
  adamw: { loss: 'crossEntropy', optimizer: adamw({ learningRate: 0.01, weightDecay: 0.1 }), metrics: ['accuracy'] },
  // carries a product of all its momenta
  nadam: { loss: 'crossEntropy', optimizer: nadam({ learningRate: 0.01, beta1: (step) => 0.9 - 0.05 * (step % 5) }) },
  plateau: {
    loss: 'crossEntropy',
    optimizer: sgd({
      momentum: 0.9,
      learningRate: reduceOnPlateau({ initial: 0.3, patience: 1, factor: 0.5, minDelta: 0.05, cooldown: 1 }),
    }),
  },
  stopping: {
    loss: 'crossEntropy',
    optimizer: sgd({ learningRate: 2 }),
    validation: 0.3,
    earlyStopping: { patience: 5 },
    metrics: ['accuracy'],
  },
  growing: { loss: 'crossEntropy', batchSize: (epoch) => 4 + 3 * epoch, classWeights: 'balanced', validation: 0.2 },
}

/** What must be the same, without the time that it took. */
const essence = (result: {
  readonly model: Model<string>
  readonly history: readonly { readonly seconds: number }[]
  readonly status: string
  readonly bestEpoch?: number
}): unknown => ({
  weights: result.model.weights(),
  history: result.history.map(({ seconds: _, ...record }) => record),
  status: result.status,
  best: result.bestEpoch,
})

for (const [name, options] of Object.entries(settings)) {
  test(`resumed after any epoch, it is the same to the bit: ${name}`, async (t) => {
    const run = (more: object) => fit(network, clouds(90), { batchSize: 16, epochs: 12, seed: 5, ...options, ...more })
    const whole = await run({})
    for (const epochs of [1, 3, 8]) {
      const path = file(`${name}-${epochs}`)
      // a run that was killed after an epoch is one that wrote nothing more
      const every = { path, every: epochs }
      let copied = false
      const first = run({ checkpoint: every })
      for await (const { epoch } of first) {
        if (epoch !== epochs || copied) continue
        copied = true
        copyFileSync(path, `${path}.copy`)
      }
      t.deepEqual(essence(await first), essence(whole), 'checkpoints change nothing')
      const resumed = await run({ resume: `${path}.copy` })
      t.deepEqual(essence(resumed), essence(whole))
    }
  })
}

test('epochs are the total; a finished run can go on', async (t) => {
  const path = file('total')
  const options = { loss: 'crossEntropy', optimizer: adam({ learningRate: 0.01 }) } as const
  const run = (epochs: number, more: object) => fit(network, clouds(), { ...options, epochs, ...more })
  await run(4, { checkpoint: { path, every: 3 } })
  const whole = await run(7, {})
  const seen: number[] = []
  const resumed = run(7, { resume: path, checkpoint: { path } })
  for await (const { epoch } of resumed) seen.push(epoch)
  t.deepEqual(seen, [5, 6, 7])
  t.deepEqual(essence(await resumed), essence(whole))
  const again = await run(7, { resume: path })
  t.deepEqual(essence(again), essence(whole))
  await rejectsCode(t, 'ERR_OPTION', () => run(6, { resume: path }), /epochs must be at least 7.*received 6/)
})

test('a checkpoint is a model, with the names of a layer that looks like one of ours', async (t) => {
  const path = file('model')
  const odd = sequential([input({ shape: [2] }), dense(3, { name: 'checkpoint' })])
  for (const some of [network, odd]) {
    const options = { loss: 'crossEntropy', epochs: 2, earlyStopping: { patience: 2 } } as const
    const { model } = await fit(some, clouds(), { ...options, checkpoint: { path } })
    const loaded = await loadModel(path)
    t.deepEqual(loaded.classes, ['blue', 'green', 'red'])
    t.deepEqual(loaded.weights(), model.weights())
    const resumed = await fit(some, clouds(), { ...options, resume: path })
    t.deepEqual(resumed.model.weights(), model.weights())
  }
})

test('what differs is named, and nothing is trained', async (t) => {
  const path = file('differs')
  const options = { loss: 'crossEntropy', optimizer: adam(), epochs: 2, validation: 0.2 } as const
  await fit(network, clouds(), { ...options, checkpoint: { path } })
  const cases: [object, RegExp][] = [
    [{ batchSize: 8 }, /written with batch size 32, this run has 8/],
    [{ seed: 3 }, /seed 0, this run has 3/],
    [{ shuffle: false }, /shuffle true, this run has false/],
    [{ validation: 0.3 }, /training rows 48, this run has 42/],
    [{ metrics: ['accuracy'] }, /metrics \[\], this run has \["accuracy"\]/],
    [{ optimizer: adam({ amsgrad: true }) }, /optimizer .*false.*this run has .*true/],
    [{ optimizer: sgd() }, /optimizer .*adam.*this run has .*sgd/],
    [{ earlyStopping: { patience: 3 } }, /early stopping none, this run has validation.loss/],
    [{ classWeights: 'balanced' }, /class weights none, this run has "balanced"/],
  ]
  for (const [more, message] of cases) {
    await rejectsCode(t, 'ERR_CHECKPOINT', () => fit(network, clouds(), { ...options, ...more, resume: path }), message)
  }
  await rejectsCode(
    t,
    'ERR_CHECKPOINT',
    () => fit(classifier(), clouds(), { ...options, resume: path }),
    /another network than this run has/,
  )
  await rejectsCode(
    t,
    'ERR_CHECKPOINT',
    () => fit(network, clouds(90), { ...options, resume: path }),
    /training rows 48, this run has 72/,
  )
  const optimizer = adam({ learningRate: 0.5, beta1: 0.5 })
  t.is((await fit(network, clouds(), { ...options, optimizer, epochs: 3, resume: path })).history.length, 3)
})

test('files that are none, or no longer', async (t) => {
  const options = { loss: 'crossEntropy', epochs: 2 } as const
  const resume = (path: string) => fit(network, clouds(), { ...options, resume: path })
  await rejectsCode(t, 'ERR_CHECKPOINT', () => resume(file('missing')), /cannot read .*missing/)
  const path = file('damaged')
  const { model } = await fit(network, clouds(), { ...options, checkpoint: { path } })
  const bytes = readFileSync(path)
  for (let trial = 0; trial < 40; trial++) {
    const damaged = Uint8Array.from(bytes)
    const at = Math.floor((trial / 40) * bytes.length)
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (trial % 8))
    writeFileSync(file('flipped'), damaged)
    await rejectsCode(t, 'ERR_CHECKPOINT', () => resume(file('flipped')))
  }
  writeFileSync(file('short'), bytes.subarray(0, bytes.length - 4))
  await rejectsCode(t, 'ERR_CHECKPOINT', () => resume(file('short')), /its end is missing/)
  await model.save(file('saved'))
  await rejectsCode(t, 'ERR_CHECKPOINT', () => resume(file('saved')), /it is a model and no checkpoint of a run/)
  await rejectsCode(t, 'ERR_OPTION', () => resume(''), /resume: path must be a text/)
})

test('where nothing can be written, it is said before the work', async (t) => {
  const epochs = 1e6
  const options = { loss: 'crossEntropy', epochs } as const
  const to = (path: string) => fit(network, clouds(), { ...options, checkpoint: { path } })
  await rejectsCode(t, 'ERR_CHECKPOINT', () => to(join(folder, 'none', 'x.safetensors')), /folder .* does not exist/)
  await rejectsCode(t, 'ERR_CHECKPOINT', () => to(folder), /it is a folder/)
  const every = { path: file('x'), every: 0 }
  await rejectsCode(t, 'ERR_OPTION', () => fit(network, clouds(), { ...options, checkpoint: every }), /every must be/)
})

test('a failure in the middle rejects, and the checkpoint before is whole', async (t) => {
  const place = mkdtempSync(join(folder, 'vanishing-'))
  const path = join(place, 'run.safetensors')
  const kept = file('kept')
  const run = fit(network, clouds(), { loss: 'crossEntropy', epochs: 1e6, checkpoint: { path } })
  await rejectsCode(
    t,
    'ERR_CHECKPOINT',
    async () => {
      for await (const { epoch } of run) {
        if (epoch !== 2) continue
        copyFileSync(path, kept)
        rmSync(place, { recursive: true })
      }
    },
    /cannot write/,
  )
  t.is((await fit(network, clouds(), { loss: 'crossEntropy', epochs: 5, resume: kept })).history.length, 5)
})

test('stop() leaves the checkpoint of the last epoch, and no other file', async (t) => {
  const place = mkdtempSync(join(folder, 'stopped-'))
  const path = join(place, 'run.safetensors')
  const run = fit(network, clouds(), { loss: 'crossEntropy', epochs: 1e6, checkpoint: { path } })
  for await (const { epoch } of run) if (epoch === 3) run.stop()
  const { status, history } = await run
  t.is(status, 'stopped')
  t.deepEqual(readdirSync(place), ['run.safetensors'])
  const resumed = await fit(network, clouds(), { loss: 'crossEntropy', epochs: history.length, resume: path })
  t.is(resumed.status, 'completed')
  t.is(resumed.history.length, history.length)
})

test('patience that was at an end stays so, and more of it goes on', async (t) => {
  const path = file('patience')
  const optimizer = sgd({ learningRate: (step) => 0.02 * 1.3 ** step })
  const options = { loss: 'meanSquaredError', optimizer, epochs: 40, batchSize: 'all' } as const
  const first = await fit(regressor(), line(), { ...options, earlyStopping: { patience: 2 }, checkpoint: { path } })
  t.is(first.status, 'stopped')
  const again = await fit(regressor(), line(), { ...options, earlyStopping: { patience: 2 }, resume: path })
  t.deepEqual([again.status, again.history.length, again.bestEpoch], ['stopped', first.history.length, first.bestEpoch])
  t.deepEqual(again.model.weights(), first.model.weights())
  const more = await fit(regressor(), line(), { ...options, earlyStopping: { patience: 6 }, resume: path })
  t.is(more.history.length, first.history.length + 4)
  t.deepEqual(more.model.weights(), first.model.weights())
})

test('numbers of the history keep their bits, whatever they are', (t) => {
  const journal = createJournal()
  const record = { epoch: 1, loss: 0.1 + 0.2, a: Number.NaN, b: -0, c: Number.NEGATIVE_INFINITY, d: 5e-324 }
  journal.add(record as never)
  const [back] = readJournal('x', journal.text()) as unknown as [typeof record]
  for (const [name, value] of Object.entries(record)) t.true(Object.is(back[name as 'a'], value), name)
})

test('a folder that nobody may write to', async (t) => {
  if (process.platform === 'win32' || process.getuid?.() === 0) return t.pass('nothing is forbidden here')
  const place = mkdtempSync(join(folder, 'locked-'))
  chmodSync(place, 0o500)
  const path = join(place, 'run.safetensors')
  await rejectsCode(t, 'ERR_CHECKPOINT', () =>
    fit(network, clouds(), { loss: 'crossEntropy', epochs: 1e6, checkpoint: { path } }),
  )
  t.false(existsSync(path))
  return t.pass()
})

test('moments of a run on numbers', async (t) => {
  const path = file('numbers')
  const data = dataset({ inputs: [[1], [2], [3]], targets: [1, 2, 4] })
  const one = sequential([input({ shape: [1] }), dense(1)])
  const run = (more: object) =>
    fit(one, data, { loss: 'meanSquaredError', optimizer: adam({ learningRate: 0.1 }), epochs: 6, ...more })
  await run({ epochs: 2, checkpoint: { path } })
  t.deepEqual((await run({ resume: path })).model.weights(), (await run({})).model.weights())
})

test('several outputs, one of which is watched', async (t) => {
  const path = file('outputs')
  const rows = Array.from({ length: 60 }, (_, row) => [Math.sin(row), Math.cos(row)])
  const data = dataset({
    inputs: { x: rows },
    targets: { twice: rows.map(([x = 0]) => 2 * x), sum: rows.map(([x = 0, y = 0]) => x + y) },
  })
  const two = functional({ x: input({ shape: [2] }) }, ({ x }) => ({ twice: dense(1)(x), sum: dense(1)(x) }))
  const run = (more: object) =>
    fit(two, data, {
      loss: { twice: 'meanSquaredError', sum: 'meanSquaredError' },
      optimizer: adam({
        learningRate: reduceOnPlateau({ initial: 0.1, monitor: 'validation.twice/loss', patience: 2, minDelta: 0.01 }),
      }),
      validation: 0.2,
      epochs: 40,
      earlyStopping: { patience: 4, monitor: 'validation.sum/loss', minDelta: 0.001 },
      ...more,
    })
  const whole = await run({})
  t.is(whole.status, 'stopped')
  t.true(new Set(whole.history.map((record) => record.learningRate)).size > 1)
  await run({ epochs: 7, checkpoint: { path } })
  const resumed = await run({ resume: path })
  t.deepEqual(resumed.model.weights(), whole.model.weights())
  t.is(resumed.bestEpoch, whole.bestEpoch)
})
