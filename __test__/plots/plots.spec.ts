import test from 'ava'
import { choice, createStudy, float, int, ordinal, type Study, searchSpace, threshold } from '../../src/index.ts'
import { plotCurves, plotHistory, plotImportance, plotParallel, plotSlices } from '../../src/plots.ts'
import { rejectsCode } from '../helpers.ts'

const plots = { plotCurves, plotHistory, plotImportance, plotParallel, plotSlices }

const space = searchSpace({
  rate: float(1e-4, 1, { scale: 'log' }),
  units: int(4, 64),
  depth: ordinal([1, 2, 4]),
  optimizer: choice({ sgd: { momentum: float(0, 1) }, adam: {} }),
})

/** Trials that are completed, pruned and failed. */
async function searched(): Promise<Study<Record<string, unknown>>> {
  const study = await createStudy({
    name: 'a <b> & "c"',
    space,
    direction: 'maximize',
    pruner: threshold({ lower: 0.003 }),
  })
  const run = study.optimize(
    ({ rate, units }, trial) => {
      if (trial.number === 3) throw new Error('no')
      for (let step = 1; step <= 3; step++) {
        trial.report(step, (rate * step) / 2)
        if (trial.shouldPrune()) return 'pruned'
      }
      return rate + units / 100
    },
    { trials: 40 },
  )
  await run
  return study as unknown as Study<Record<string, unknown>>
}

/** Paths and circles of a colour. */
const count = (svg: string, what: RegExp): number => [...svg.matchAll(what)].length

/** What an SVG says, without tags; nothing in it may be left open. */
function texts(t: { true(value: boolean, message?: string): unknown }, svg: string): string[] {
  t.true(svg.startsWith('<svg ') && svg.trimEnd().endsWith('</svg>'))
  t.true(!/NaN|undefined|Infinity/.test(svg), 'a number is none')
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] as string)
}

test('the history shows completed and pruned trials and the best', async (t) => {
  const study = await searched()
  const svg = await plotHistory(study)
  const said = texts(t, svg)
  t.true(said.includes('a &lt;b&gt; &amp; &quot;c&quot;'), said.join('|'))
  for (const text of ['completed', 'pruned', 'best so far', 'trial', 'maximize']) t.true(said.includes(text), text)
  const status = (status: string): number => study.trials.filter((trial) => trial.status === status).length
  t.true(status('completed') > 3 && status('pruned') > 3 && status('failed') === 1)
  // one more of each is in the legend
  t.is(count(svg, /fill="#2563eb"/g), status('completed') + 1)
  t.is(count(svg, /stroke="#9ca3af"/g), status('pruned') + 1)
})

test('slices have a panel for each parameter, or for those that are named', async (t) => {
  const study = await searched()
  const all = texts(t, await plotSlices(study))
  for (const name of ['rate', 'units', 'depth', 'optimizer', 'optimizer.sgd.momentum', 'adam', 'sgd']) {
    t.true(all.includes(name), name)
  }
  const one = await plotSlices(study, {
    parameters: ['optimizer.sgd.momentum'],
    title: 'momentum',
    width: 300,
    height: 250,
  })
  t.regex(one, /width="300" height="250"/)
  const said = texts(t, one)
  t.true(said.includes('momentum') && !said.includes('units'))
})

test('parallel coordinates leave out what only some trials have', async (t) => {
  const study = await searched()
  const svg = await plotParallel(study)
  const said = texts(t, svg)
  for (const name of ['rate', 'units', 'depth', 'optimizer', 'value']) t.true(said.includes(name), name)
  t.false(said.includes('optimizer.sgd.momentum'))
})

test('curves are those that were reported', async (t) => {
  const study = await searched()
  const svg = await plotCurves(study)
  const said = texts(t, svg)
  for (const text of ['completed', 'pruned', 'best', 'step']) t.true(said.includes(text), text)
  // the curve of the best trial, and its place in the legend
  t.true(count(svg, /stroke="#dc2626"/g) >= 1)
})

test('importance has a bar for each parameter, the most important above', async (t) => {
  const study = await searched()
  const shares = await study.importance()
  const said = texts(t, await plotImportance(study))
  const shown = said.filter((text) => text in shares)
  t.deepEqual(shown, Object.keys(shares).reverse())
})

test('studies without trials, with one, and with values that are all the same', async (t) => {
  for (const trials of [0, 1, 5]) {
    const study = await createStudy({ space: searchSpace({ x: float(0, 1) }), direction: 'minimize' })
    if (trials > 0) await study.optimize(() => 1, { trials })
    for (const plot of Object.values(plots)) texts(t, await plot(study))
  }
})

test('several directions: one of the values', async (t) => {
  const study = await createStudy({ space: searchSpace({ x: float(0, 1) }), directions: ['minimize', 'maximize'] })
  await study.optimize(({ x }) => [x, 100 * x], { trials: 5 })
  t.true(texts(t, await plotHistory(study, { objective: 1 })).includes('maximize'))
  t.true(texts(t, await plotHistory(study)).includes('minimize'))
  const { plotImportance: shares, ...others } = plots
  for (const plot of Object.values(others)) texts(t, await plot(study, { objective: 1 }))
  texts(t, await shares(study))
})

test('what cannot be drawn is said', async (t) => {
  const study = await createStudy({ space: searchSpace({ x: float(0, 1) }), direction: 'minimize' })
  for (const [name, plot] of Object.entries(plots)) {
    const wrong: readonly [unknown, unknown][] = [
      [{}, {}],
      [undefined, {}],
      [study, { objective: 1 }],
      [study, { objective: -1 }],
      [study, { width: 10 }],
      [new Proxy(study, {}), {}],
      [study, { height: 1e6 }],
      [study, { width: Number.NaN }],
      [study, { title: 7 }],
      [study, { colour: 'red' }],
    ]
    for (const [given, options] of wrong) {
      const error = await rejectsCode(t, 'ERR_OPTION', () => plot(given as typeof study, options as object))
      t.true(error?.message.startsWith(name), error?.message)
    }
  }
  await rejectsCode(t, 'ERR_OPTION', () => plotImportance(study, { objective: 0 } as object))
  await rejectsCode(t, 'ERR_OPTION', () => plotSlices(study, { parameters: ['y'] }))
  await rejectsCode(t, 'ERR_OPTION', () => plotSlices(study, { parameters: [] }))
})
