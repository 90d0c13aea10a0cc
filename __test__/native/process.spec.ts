import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { loadModel } from '../../src/index.ts'
import { type ChildResult, child } from './child.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-process-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

function ended(t: ExecutionContext, { code, signal, output }: ChildResult, wanted = 0): void {
  t.is(signal, null, output)
  t.is(code, wanted, output)
}

test('a panic on our thread becomes ERR_INTERNAL, and work goes on', async (t) => {
  const result = await child(`
    const { error } = await binding.panicForTests()
    const sync = binding.panicSyncForTests().error
    const { status } = await fit(network(), data(), { loss: 'crossEntropy', epochs: 1 })
    console.log(error.code, error.message, '|', sync.code, status)
  `)
  ended(t, result)
  t.regex(result.output, /ERR_INTERNAL .*asked for by a test \| ERR_INTERNAL completed/)
})

test('the hidden functions are not exported by the package', async (t) => {
  const result = await child(
    `console.log(Object.keys(downslope).filter((name) => /tests?$|native|binding/i.test(name)).length)`,
  )
  t.is(result.output.trim(), '0')
})

test('an overlapping call is refused, a closed trainer says so, close() cancels', async (t) => {
  const result = await child(`
    const { graph } = sequential([input({ shape: [1] }), dense(1)])
    const types = { shape: ['rows', 1], type: 'f32' }
    const trained = JSON.stringify({
      ...graph,
      inputs: [...graph.inputs, { name: 'target', ...types }],
      nodes: [...graph.nodes, { name: 'loss', op: 'squaredError', inputs: ['dense_1', 'target'], attributes: {} }],
      losses: [{ name: 'output', value: 'loss', weight: 1, prediction: 'dense_1', target: 'target' }],
    })
    const column = (name, role) => ({ name, role, shape: [1], classes: 0, f32: new Float32Array(8) })
    const set = binding.createDataset([column('input', 'input'), column('target', 'target')]).ok
    const net = (await binding.createNetwork(JSON.stringify(graph), 0)).ok
    const options = JSON.stringify({ optimizer: { kind: 'sgd' }, batchSize: 1, threads: 1 })
    const trainer = (await binding.createTrainer(net, trained, set, null, options)).ok
    const row = new Float64Array(trainer.hyperparameters.length)
    const first = trainer.advance(row, 2 ** 31, 60_000)
    const second = await trainer.advance(row, 1, 10)
    trainer.close()
    trainer.close()
    console.log(second.error.code, (await first).error.code, (await trainer.network()).error.code)
  `)
  ended(t, result)
  t.is(result.output.trim(), 'ERR_BUSY ERR_CLOSED ERR_CLOSED')
})

test('a binary that cannot be loaded is ERR_NATIVE_LOAD, when it is needed', async (t) => {
  const result = await child(`
    const { Module } = await import('node:module')
    const load = Module._load
    Module._load = function (name, ...rest) { if (name === '#binding') throw new Error('no such binary'); return load.call(this, name, ...rest) }
    downslope.dense(4)
    try { dataset({ inputs: [1], targets: [1] }) } catch (error) { console.log(error.code, error.cause.message) }
  `)
  ended(t, result)
  t.is(result.output.trim(), 'ERR_NATIVE_LOAD no such binary')
})

test('process.exit while it trains', async (t) => {
  for (const delay of [0, 1, 20, 120]) {
    const result = await child(`
      for (let i = 0; i < 3; i++) fit(network(), data(), long)
      setTimeout(() => process.exit(7), ${delay})
    `)
    ended(t, result, 7)
  }
})

test('training keeps the process alive, and nothing does afterwards', async (t) => {
  const result = await child(
    `
    fit(network(), data(), { loss: 'crossEntropy', epochs: 20 }).then(({ status }) => console.log(status))
  `,
    10_000,
  )
  ended(t, result)
  t.is(result.output.trim(), 'completed')
})

test('an unawaited failure is an unhandled rejection, an iterated one is not', async (t) => {
  const unheard = await child(`fit(network(), data(), { loss: 'nonsense' })`)
  t.is(unheard.code, 1)
  t.regex(unheard.output, /ERR_OPTION/)
  const heard = await child(`
    try { for await (const _ of fit(network(), data(), { loss: 'nonsense' })) {} } catch (error) { console.log(error.code) }
    const run = fit(network(), data(), { loss: 'nonsense' })
    run.catch(() => {})
  `)
  ended(t, heard)
  t.is(heard.output.trim(), 'ERR_OPTION')
})

test('what does not fit into memory is an error, and the process lives on', async (t) => {
  const result = await child(`
    const model = await initialize(sequential([input({ shape: [1] }), dense(2 ** 20)]))
    const x = new Float32Array(2 ** 24) // 64 TB of predictions
    for (const predict of [() => model.predict(x), () => model.predictSync(x)]) {
      try { await predict() } catch ({ code, message }) { console.log(code, /memory of this machine/.test(message)) }
    }
    console.log(model.predictSync([1]).shape.join())
  `)
  ended(t, result)
  t.is(result.output.trim(), 'ERR_SHAPE true\nERR_SHAPE true\n1,1048576')
})

test('abort at random moments', async (t) => {
  const result = await child(`
    let ended = 0
    for (let round = 0; round < 60; round++) {
      const controller = new AbortController()
      const run = fit(network(), data(), { ...long, signal: controller.signal, validation: 0.2 })
      setTimeout(() => controller.abort('enough'), (round * 13) % 31)
      try { await run } catch (reason) { if (reason === 'enough') ended++ }
    }
    console.log(ended)
  `)
  ended(t, result)
  t.is(result.output.trim(), '60')
})

test('close() during work', async (t) => {
  const result = await child(
    `
    const x = { data: new Float32Array(4 * 200_000), shape: [200_000, 4] }
    const codes = new Set()
    for (let round = 0; round < 20; round++) {
      const model = await initialize(network(256))
      const set = data()
      const work = [model.predict(x), model.evaluate(set, { loss: 'crossEntropy' }), fit(model, set, { loss: 'crossEntropy', epochs: 3 })]
      setTimeout(() => { model.close(); set.close() }, round % 7)
      for (const { reason } of await Promise.allSettled(work)) codes.add(reason?.code ?? 'fine')
    }
    console.log([...codes].sort().join())
  `,
    60_000,
  )
  ended(t, result)
  t.regex(result.output.trim(), /^(ERR_CLOSED|ERR_CLOSED,fine)$/)
})

test('50 worker threads load, train and leave, some in the middle of it', async (t) => {
  const result = await child(
    `
    import { Worker } from 'node:worker_threads'
    const code = (endless) => \`
      Promise.all([import('\${new URL('./dist/index.js', import.meta.url)}'), import('node:worker_threads')]).then(async ([downslope, { parentPort }]) => {
        const { dataset, dense, fit, input, sequential } = downslope
        const network = sequential([input({ shape: [1] }), dense(8, { activation: 'tanh' }), dense(1)])
        const data = dataset({ inputs: [1, 2, 3, 4], targets: [1, 2, 3, 4] })
        const run = fit(network, data, { loss: 'meanSquaredError', epochs: \${endless ? 1e7 : 5} })
        parentPort.postMessage('training')
        await run
        parentPort.postMessage('done')
      })
    \`
    let done = 0
    const one = (index) => new Promise((resolve, reject) => {
      const endless = index % 3 === 0
      const worker = new Worker(code(endless), { eval: true })
      worker.on('message', (text) => {
        if (text === 'done') done++
        if (text === 'training' && endless) setTimeout(() => worker.terminate(), index)
      })
      worker.on('error', reject)
      worker.on('exit', resolve)
    })
    for (let first = 0; first < 50; first += 5) await Promise.all([0, 1, 2, 3, 4].map((offset) => one(first + offset)))
    console.log(done)
  `,
    60_000,
  )
  ended(t, result)
  t.is(result.output.trim(), '33')
})

test('3,000 create, train and close cycles keep memory flat', async (t) => {
  const result = await child(
    `
    const set = data(64)
    const cycle = async () => {
      const view = set.take(32)
      const { model } = await fit(network(), view, { loss: 'crossEntropy', epochs: 1, batchSize: 16 })
      model.predictSync([[1, 2, 3, 4]])
      model.close()
      view.close()
    }
    const measure = () => { gc(); return process.memoryUsage() }
    // V8's young generation and the allocator settle first
    for (let i = 0; i < 4000; i++) await cycle()
    const before = measure()
    for (let i = 0; i < 3000; i++) await cycle()
    const after = measure()
    console.log(JSON.stringify({ rss: (after.rss - before.rss) / 2 ** 20, external: after.external - before.external }))
  `,
    90_000,
  )
  ended(t, result)
  const { rss, external } = JSON.parse(result.output) as { rss: number; external: number }
  t.true(rss < 16, `resident memory grew by ${rss} MiB`)
  t.true(Math.abs(external) < 2 ** 20, `external memory changed by ${external} bytes`)
})

test('what is not closed is collected', async (t) => {
  const result = await child(
    `
    // a model holds about half a megabyte, its trainer more: without collection the last rounds would hold over 400 more than the first
    const net = network(16_000)
    const cycle = async () => { await fit(net, data(40), { loss: 'crossEntropy', epochs: 1, threads: 1 }) }
    const settle = async () => { for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 10)) } }
    // the allocator keeps what it once had and collection comes late: only the least of several rounds says something
    const rounds = []
    for (let round = 0; round < 9; round++) {
      for (let i = 0; i < 150; i++) await cycle()
      await settle()
      rounds.push(process.memoryUsage().rss / 2 ** 20)
    }
    console.log(Math.min(...rounds.slice(6)) - Math.min(...rounds.slice(0, 3)))
  `,
    110_000,
  )
  ended(t, result)
  t.true(Number(result.output) < 200, `resident memory grew by ${result.output} MiB`)
})

test('V8 knows what native memory is held, and collects in time', async (t) => {
  const result = await child(
    `
    // 150 times 9 MB that nobody closes, with a heap of JavaScript that stays tiny
    const inputs = { data: new Float32Array(2e6), shape: [1e6, 2] }
    const labels = new Uint8Array(1e6)
    let most = 0
    for (let i = 0; i < 150; i++) {
      dataset({ inputs, labels })
      await new Promise((resolve) => setImmediate(resolve))
      most = Math.max(most, process.memoryUsage().rss / 2 ** 20)
    }
    console.log(most)
  `,
    90_000,
  )
  ended(t, result)
  t.true(Number(result.output) < 800, `resident memory reached ${result.output} MiB`)
})

test('kill -9 while saving leaves a whole file', async (t) => {
  const path = join(folder, 'model.safetensors')
  for (let round = 0; round < 12; round++) {
    const result = await child(
      `
      const model = await initialize(network(20_000))
      await model.save(${JSON.stringify(path)})
      console.log('saved')
      for (;;) await model.save(${JSON.stringify(path)})
    `,
      30_000,
      (output) => (output.includes('saved') ? round * 3 : undefined),
    )
    t.is(result.signal, 'SIGKILL', result.output)
    const model = await loadModel(path)
    t.is(model.weights()['dense_1/bias']?.data.length, 20_000)
    model.close()
  }
  t.true(readdirSync(folder).includes('model.safetensors'))
})
