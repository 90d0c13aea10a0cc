import * as d from '../../src/index.ts'
import * as ops from '../../src/ops.ts'
import { look, outcome, sequence, storm, type Work } from './storm.ts'
import { studySequence } from './studySequence.ts'
import { both, type Case, classifier, labelled, line, points, regression, trained, twoOutputs } from './world.ts'

/** Things done at once and at bad moments. */
export const sequences: readonly Case[] = [
  sequence('a run and all that can happen to it', async (world) => {
    const data = world.own(labelled())
    const validation = world.own(labelled())
    const model = world.own(await trained())
    const acts: Work[] = [
      () => data.close(),
      () => validation.close(),
      () => model.close(),
      () => world.controller.abort(world.random.pick([new Error('enough'), undefined, 'x'])),
      () => run.stop(),
      () => look(run, world),
      () => run,
      () => model.predict(points()),
      () => model.save(world.path()),
      () => model.setWeights({ 'dense_2/bias': [Number.MAX_VALUE, 1, 2] }),
      () => model.evaluate(validation),
      () => data.split(0.5),
    ]
    const chosen = [world.random.pick(acts)]
    const again = (): void => {
      if (world.random.chance(0.05)) Promise.resolve(chosen[0]?.()).catch(world.complain)
    }
    const evaluate = (): number => {
      again()
      return 1
    }
    const learningRate: d.Schedule = () => {
      again()
      return 0.1
    }
    const run = d.fit(world.random.chance(0.5) ? model : classifier(), data, {
      loss: 'crossEntropy',
      epochs: world.random.pick([1, 5, 100_000]),
      metrics: world.random.chance(0.5) ? [{ name: 'own', evaluate }] : ['accuracy'],
      optimizer: world.random.chance(0.5) ? d.sgd({ learningRate }) : 'adam',
      ...(world.random.chance(0.5) ? { validation } : {}),
      ...(world.random.chance(0.3) ? { checkpoint: { path: world.path(), every: 50 } } : {}),
      signal: world.controller.signal,
    })
    setTimeout(() => run.stop(), 60)
    await Promise.all([outcome(run, world), storm(world, acts, world.random.below(8))])
  }),
  sequence('runs at once', async (world) => {
    const data = world.own(regression())
    const start = world.own(await d.initialize(line()))
    const path = world.path()
    const runs = Array.from({ length: 2 + world.random.below(3) }, () =>
      d.fit(start, data, {
        loss: 'meanSquaredError',
        epochs: 1 + world.random.below(200),
        checkpoint: { path },
        signal: world.controller.signal,
        threads: 1 + world.random.below(3),
      }),
    )
    const acts: Work[] = [
      () => world.random.pick(runs).stop(),
      () => start.close(),
      () => data.close(),
      () => d.loadModel(path).then((model) => model.close()),
      () => start.weights(),
      () => world.controller.abort(),
      () => {
        const run = d.fit(start, data, { loss: 'meanSquaredError', epochs: 1000, resume: path })
        run.stop()
        return run.then(({ model }) => model.close())
      },
    ]
    setTimeout(() => runs.map((run) => run.stop()), 60)
    await Promise.all([...runs.map((run) => outcome(run, world)), storm(world, acts, world.random.below(6))])
  }),
  sequence('a minimisation and all that can happen to it', async (world) => {
    const data = world.own(regression())
    const withData = world.random.chance(0.5)
    const options = {
      steps: world.random.pick([1, 50, 10_000_000]),
      optimizer: d.sgd({ learningRate: world.random.pick([1e-3, 1e9]) }),
      signal: world.controller.signal,
      ...(world.random.chance(0.3) ? { tolerance: 1e-6 } : {}),
    }
    const run = withData
      ? d.minimize(
          ({ w }, { inputs, targets }) =>
            ops.mean(ops.square(ops.subtract(ops.matmul(inputs as d.Expression, w), targets as d.Expression))),
          { w: [[1], [2]] },
          { ...options, data },
        )
      : d.minimize(({ w }) => ops.sum(ops.square(w)), { w: [[1], [2]] }, options)
    const acts: Work[] = [
      () => run.stop(),
      () => data.close(),
      () => world.controller.abort(0),
      () => look(run, world),
      () => d.gradient(({ w }) => ops.sum(w), { w: points() }),
    ]
    setTimeout(() => run.stop(), 60)
    await Promise.all([outcome(run, world), storm(world, acts, world.random.below(6))])
  }),
  sequence('a data set that is closed', async (world) => {
    const data = world.random.chance(0.5) ? both() : labelled()
    const all: d.Dataset<d.Labels>[] = [data as d.Dataset<d.Labels>]
    const any = (): d.Dataset<d.Labels> => world.random.pick(all)
    const keep = (parts: readonly d.Dataset<d.Labels>[]): void => {
      if (all.length < 30) all.push(...parts)
    }
    const acts: Work[] = [
      () => any().close(),
      () => keep(any().split([0.5, 0.3], { seed: world.random.below(9), stratify: world.random.chance(0.5) })),
      () =>
        keep(
          any()
            .kFold(2)
            .flatMap(({ train, validation }) => [train, validation]),
        ),
      () => keep([any().subset([0, 1, 0])]),
      () => keep([any().take(1 + world.random.below(9))]),
      () => keep([any().concat(any())]),
      () => any()[Symbol.dispose](),
      () => JSON.stringify([any().shapes, any().classes, any().size, any().closed]),
    ]
    await storm(world, acts, 12)
    for (const set of all) set.close()
  }),
  sequence('a model that is closed', async (world) => {
    const model = world.own(world.random.chance(0.5) ? await trained() : await d.initialize(classifier()))
    const two = world.own(await d.initialize(twoOutputs()))
    const data = world.own(labelled())
    const path = world.path()
    const acts: Work[] = [
      () => model.close(),
      () => model.predict(points(), { batchSize: 1 }),
      () => model.predictSync(points()),
      () => model.predictClasses(points()),
      () => model.evaluate(data, { loss: 'crossEntropy' }),
      () => model.weights(),
      () => model.setWeights(model.weights()),
      () => model.save(path),
      () => d.loadModel(path).then((loaded) => loaded.close()),
      () => two.predict({ a: points(), b: points() }),
      () => two.close(),
      () => data.close(),
      () => d.describe(model.network),
    ]
    await storm(world, acts, 10)
  }),
  sequence('a source that is given up', async (world) => {
    let asked = 0
    const never = world.random.chance(0.3)
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          if (asked++ > 3 && never) await new Promise(() => {})
          if (asked > 500) return { done: true, value: undefined }
          if (world.random.chance(0.01)) world.controller.abort(1)
          return { done: false, value: { inputs: [asked, 1], labels: asked % 3 } }
        },
        return: () => (world.random.chance(0.5) ? new Promise(() => {}) : {}),
      }),
    }
    const made = d.datasetFrom(source as AsyncIterable<{ inputs: number[]; labels: number }>, {
      signal: world.controller.signal,
    })
    const timer = setTimeout(() => world.controller.abort(2), 5 + world.random.below(20))
    try {
      world.own(await made)
    } catch (error) {
      if (error !== world.controller.signal.reason) throw error
    } finally {
      clearTimeout(timer)
    }
  }),
  studySequence,
]
