/**
 * Studies of regularisation, learning rates and batch sizes: pictures in docs/img, tables in docs/results.md.
 *
 *     node scripts/studies.mjs                  prints the tables
 *     node scripts/studies.mjs --write          … and writes tables and pictures
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { batches, rates } from './studies/rates.mjs'
import { study } from './studies/regularisation.mjs'

const markdown = (head, lines) => {
  const align = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, align, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const regularisation = await study()
const schedules = await rates()
const sizes = await batches()
const tables = {
  regularisation: markdown(
    ['', 'weakest: fresh rows', 'best: fresh rows', 'at', 'best: training rows', 'strongest: fresh rows'],
    regularisation.table,
  ),
  zeros: markdown(['penalty on a linear model', 'exact zeros of 17', 'mean size of those 17'], regularisation.zeros),
  rates: markdown(['rate', 'training loss', 'validation loss', 'validation accuracy'], schedules.table),
  batches: markdown(['batch', 'steps', 'training loss', 'validation loss', 'validation accuracy'], sizes.table),
}
for (const table of Object.values(tables)) console.log(`${table}\n`)

if (process.argv.includes('--write')) {
  const images = new URL('../docs/img/', import.meta.url)
  mkdirSync(images, { recursive: true })
  for (const [name, { picture }] of Object.entries({ regularisation, rates: schedules, batches: sizes })) {
    writeFileSync(new URL(`study-${name}.svg`, images), picture)
  }
  const path = new URL('../docs/results.md', import.meta.url)
  let page = readFileSync(path, 'utf8')
  for (const [name, table] of Object.entries(tables)) {
    const [before = '', rest = ''] = page.split(`<!-- ${name} -->`)
    const [, after = ''] = rest.split(`<!-- end of ${name} -->`)
    page = `${before}<!-- ${name} -->\n${table}\n<!-- end of ${name} -->${after}`
  }
  writeFileSync(path, page)
}
