import * as d from '../../src/index.ts'
import { later, look, outcome, sequence, storm, type Work } from './storm.ts'
import type { Case } from './world.ts'

type Params = { readonly x: number; readonly n: number }

const samplers = [
  () => d.random(),
  () => d.grid(),
  () => d.tpe({ startup: 2 }),
  () => d.gaussianProcess({ startup: 2 }),
]

/** Trials by hand and runs of the same study at once, in two hands, which are closed at some moment. What was acknowledged is kept. */
export const studySequence: Case = sequence('a study and all that can happen to it', async (world) => {
  const { random } = world
  const storage = random.chance(0.5) ? d.memory() : d.sqlite('studies.sqlite')
  const name = `study ${random.next()}`
  const study = world.own(
    await d.createStudy({
      ...{ storage, name, direction: 'minimize', seed: random.below(9), lag: 1 + random.below(4) },
      space: d.searchSpace({ x: d.float(0, 1), n: d.int(1, 3) }),
      sampler: random.pick(samplers)(),
      pruner: d.median({ startupTrials: 1 }),
      mode: random.pick(['repeatable', 'asynchronous']),
    }),
  )
  const hands: d.Study<Params>[] = [study]
  const trials: d.AskedTrial<Params>[] = []
  const told = new Map<number, number>()
  const runs: d.Run<unknown, d.OptimizeResult<Params>>[] = []
  const hand = (): d.Study<Params> => random.pick(hands)
  const trial = (): d.AskedTrial<Params> | undefined => random.pick(trials)
  const tell = async (): Promise<void> => {
    const one = trial()
    const value = random.pick([0, 0.5, -1, Number.NaN, 'pruned', 'failed'] as const)
    await one?.tell(value)
    if (one !== undefined && typeof value === 'number' && !Number.isNaN(value)) told.set(one.number, value)
  }
  const objective = async ({ x }: Params, { report, shouldPrune }: d.Trial<Params>): Promise<number | 'pruned'> => {
    for (let step = 0; step < 3; step++) {
      await later(world)
      report(step, x)
      if (shouldPrune()) return 'pruned'
    }
    if (random.chance(0.1)) throw new Error('no')
    return x
  }
  const acts: Work[] = [
    async () => trials.push(await hand().ask()),
    async () => trials.push(...(await hand().ask({ count: 3 }))),
    ...[tell, tell, tell],
    () => trial()?.report(random.below(4), random.next()),
    () => trial()?.reportFold(random.below(4), random.next()),
    () => trial()?.shouldPrune(),
    () => trial()?.note('text'),
    () => trial()?.attribute('name', random.next()),
    () => hand().enqueue({ x: 0.5, n: 2 }),
    () => hand().refresh(),
    () => hand().importance(),
    () => JSON.stringify([hand().trials, hand().best, hand().bestTrials]),
    async () => hands.push(world.own(await d.openStudy<Params>({ storage, name }))),
    () => runs.map((run) => run.stop()),
    () => Promise.all(runs.map((run) => look(run, world))),
    () => d.listStudies(storage),
    async () => {
      const run = hand().optimize(objective, { trials: 1 + random.below(9), workers: 1 + random.below(4) })
      runs.push(run)
      setTimeout(() => run.stop(), 60)
      await outcome(run, world)
    },
    ...(random.chance(0.5) ? [() => hand().close()] : []),
  ]
  await storm(world, acts, 20)
  for (const one of hands) await one.close()
  const kept = world.own(await d.openStudy({ storage, name }))
  kept.trials.forEach(({ number }, index) => {
    if (number !== index) throw new Error(`trial ${index} has the number ${number}`)
  })
  for (const [number, value] of told) {
    const found = kept.trials[number]?.value
    if (found !== value) throw new Error(`trial ${number} was told ${value} and has ${found}`)
  }
})
