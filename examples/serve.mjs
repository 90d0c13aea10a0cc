/**
 * Train once, save, and answer questions over HTTP.
 *
 *     node examples/serve.mjs          then: curl localhost:3000 -d '[[6.1, 2.9, 4.7, 1.4]]'
 *     node examples/serve.mjs --try    asks itself one question and ends
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { DownslopeError, dataset, dense, fit, input, loadModel, sequential, standardize } from 'downslope'
import { iris } from './data/load.mjs'
import { kept } from './kept.mjs'

// training and serving would be two programs; the file is all they share
const path = kept('iris.safetensors')
const network = sequential([input({ shape: [4] }), standardize(), dense(16, { activation: 'relu' }), dense(3)])
const run = fit(network, dataset(iris()), { loss: 'crossEntropy', optimizer: 'adam', epochs: 100, batchSize: 16 })
await (await run).model.save(path)

const model = await loadModel(path)
const server = createServer(async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  try {
    // many at once are fine: the work is done beside the event loop
    answer(200, { classes: await model.predictClasses(JSON.parse(await text(request))) })
  } catch (error) {
    // what was wrong with the question is in the message; anything else is our fault
    const theirs = error instanceof DownslopeError || error instanceof SyntaxError
    answer(theirs ? 400 : 500, { error: theirs ? error.message : 'internal' })
  }
})

const once = process.argv.includes('--try')
server.listen(once ? 0 : 3000, async () => {
  const url = `http://localhost:${server.address().port}/`
  console.log(`listening on ${url}`)
  if (!once) return
  for (const body of ['[[6.1, 2.9, 4.7, 1.4], [5.0, 3.4, 1.5, 0.2]]', '[[1, 2]]']) {
    const response = await fetch(url, { method: 'POST', body })
    console.log(`${body} → ${response.status} ${await response.text()}`)
  }
  server.close()
  server.closeAllConnections()
  model.close()
})
