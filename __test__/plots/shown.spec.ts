/** What is drawn of folds, of trials beyond their constraints, and in which order values stand on an axis. */
import test from 'ava'
import {
  array,
  choice,
  createStudy,
  float,
  forgiving,
  int,
  manual,
  ordinal,
  type SearchSpace,
  type Study,
  searchSpace,
} from '../../src/index.ts'
import { axesOf } from '../../src/plots/axes.ts'
import type { PlottedStudy } from '../../src/plots/options.ts'
import { plotCurves, plotHistory, plotParallel } from '../../src/plots.ts'

const space = searchSpace({ x: float(0, 1) })
const count = (svg: string, what: RegExp): number => [...svg.matchAll(what)].length
const says = (svg: string, text: string): boolean => svg.includes(`>${text}</text>`)

test('curves are those of the folds where no trial reported steps', async (t) => {
  const study = await createStudy({ space, direction: 'minimize', pruner: forgiving() })
  const fold = async ({ x }: { readonly x: number }, trial: { reportFold(fold: number, value: number): void }) => {
    for (let fold = 0; fold < 3; fold++) trial.reportFold(fold, x + fold / 10)
    return x
  }
  await study.optimize(fold, { trials: 5 })
  const svg = await plotCurves(study)
  t.true(says(svg, 'fold') && !says(svg, 'step'))
  // the best one, and its place in the legend
  t.is(count(svg, /stroke="#dc2626"/g), 2)
  await study.optimize(
    ({ x }, trial) => {
      trial.report(1, x)
      return x
    },
    { trials: 1 },
  )
  t.true(says(await plotCurves(study), 'step'))
  const none = await createStudy({ space, direction: 'minimize' })
  t.true(says(await plotCurves(none), 'step'))
})

/** Values in their order, of which those below `feasible` are beyond the constraints. */
async function bounded(values: readonly number[], feasible: number): Promise<Study<{ x: number }>> {
  const study = await createStudy({
    space,
    direction: 'minimize',
    constraints: ({ x }) => [feasible - x],
    sampler: manual(values.map((x) => ({ x }))),
    name: 'bounded',
  })
  await study.optimize(({ x }) => x)
  return study
}

test('what is beyond the constraints is no best so far', async (t) => {
  const line = (svg: string): readonly string[] =>
    [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke="#dc2626"/g)].map((match) => match[1] as string)
  const study = await bounded([0.5, 0.1, 0.4, 0.2, 0.3], 0.25)
  t.is(study.best?.value, 0.3)
  const [drawn] = line(await plotHistory(study))
  // three steps down: 0.5, 0.4, 0.3
  const heights = new Set([...(drawn ?? '').matchAll(/[ML ]?([\d.]+) ([\d.]+)/g)].map((match) => match[2]))
  t.is(heights.size, 3, drawn)
  t.is(line(await plotHistory(await bounded([0.5, 0.1], 1)))[0], '')
})

test('parallel coordinates leave out what is beyond the constraints', async (t) => {
  const lines = async (study: PlottedStudy): Promise<number> =>
    count(await plotParallel(study), /stroke-opacity="0.75"/g)
  t.is(await lines(await bounded([0.5, 0.1, 0.4, 0.2, 0.3], 0.25)), 3)
  t.is(await lines(await bounded([0.5, 0.1, 0.4, 0.2, 0.3], 0)), 5)
  t.is(await lines(await bounded([0.5, 0.1], 1)), 0)
})

/** The axes of a study that has tried these. */
async function axes<P>(of: SearchSpace<P>, tried: readonly P[]) {
  const study = await createStudy({ space: of, direction: 'minimize', sampler: manual(tried as never) })
  await study.optimize(() => 0)
  const found = axesOf('test', study as PlottedStudy)
  const trials = study.trials as PlottedStudy['trials']
  return found.map(({ name, labels, of }) => [name, labels, trials.map(of)])
}

test('labels are in the order of the space', async (t) => {
  const of = searchSpace({ size: ordinal(['small', 'medium', 'large']), rule: choice(['tanh', 'relu', 'elu']) })
  const tried = [
    { size: 'large', rule: 'elu' },
    { size: 'small', rule: 'tanh' },
    { size: 'medium', rule: 'elu' },
  ] as const
  t.deepEqual(await axes(of, tried), [
    ['rule', ['tanh', 'elu'], [1, 0, 1]],
    ['size', ['small', 'medium', 'large'], [2, 0, 1]],
  ])
})

test('values that look alike are told apart', async (t) => {
  const of = searchSpace({ value: choice(['1', 1, null]) })
  t.deepEqual(await axes(of, [{ value: '1' }, { value: 1 }, { value: '1' }]), [['value', ['"1"', '1'], [0, 1, 0]]])
})

test('branches and elements have a place only where they are', async (t) => {
  const of = searchSpace({
    optimizer: choice({ sgd: { nesterov: choice([false, true]) }, adam: {} }),
    widths: array(ordinal([8, 16]), { length: 'layers' }),
    layers: int(1, 2),
  })
  const tried = [
    { optimizer: { kind: 'sgd', nesterov: true }, widths: [16, 8], layers: 2 },
    { optimizer: { kind: 'adam' }, widths: [16], layers: 1 },
  ] as const
  t.deepEqual(await axes(of, tried as never), [
    ['layers', undefined, [2, 1]],
    ['optimizer', ['adam', 'sgd'], [1, 0]],
    ['optimizer.sgd.nesterov', ['true'], [0, undefined]],
    ['widths[0]', ['16'], [0, 0]],
    ['widths[1]', ['8'], [0, undefined]],
  ])
})
