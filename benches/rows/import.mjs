/** Milliseconds of `import 'downslope'` in a fresh process, and of the first thing made natively after it. */
const begin = performance.now()
const { dense, initialize, input, sequential } = await import('../../dist/index.js')
const imported = performance.now() - begin
const model = await initialize(sequential([input({ shape: [2] }), dense(2)]))
const first = performance.now() - begin
model.close()
console.log(JSON.stringify({ imported, first }))
