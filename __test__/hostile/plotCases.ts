import * as d from '../../src/index.ts'
import { plain } from './calls.ts'
import type { Case, World } from './world.ts'

/** A study with trials of all kinds. */
async function studied(world: World): Promise<d.Study<{ readonly x: number; readonly n: number }>> {
  const space = d.searchSpace({ x: d.float(0, 1), n: d.int(1, 9) })
  const study = world.own(await d.createStudy({ space, direction: 'minimize', pruner: d.threshold({ upper: 0.9 }) }))
  await study.optimize(
    ({ x }, trial) => {
      trial.report(1, x)
      if (trial.shouldPrune()) return 'pruned'
      return trial.number === 2 ? 'failed' : x
    },
    { trials: 8 },
  )
  return study
}

const size = { title: 'a study', width: 400, height: 300 }
const objective = { ...size, objective: 0 }

/** Pictures of studies. */
export const plotCases: readonly Case[] = [
  ...['plotCurves', 'plotHistory', 'plotParallel'].map((of) =>
    plain(`plots.${of}`, async (world) => [await studied(world), { ...objective }]),
  ),
  plain('plots.plotImportance', async (world) => [await studied(world), { ...size }]),
  plain('plots.plotSlices', async (world) => [await studied(world), { ...objective, parameters: ['x', 'n'] }]),
]
