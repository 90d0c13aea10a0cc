/** Samplers and pruners, and Optuna where a Python has it. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as downslope from '../../dist/index.js'

/** Name and factory. `manual` and `grid` suggest what they are told to: 100 points of a grid in nine dimensions say nothing. */
export const samplers = ['random', 'quasiRandom', 'tpe', 'gaussianProcess'].map((name) => [name, downslope[name]])

const { hyperband, median, noPruner, successiveHalving } = downslope

/** Name and factory for curves of so many steps; the options of the first four are those of the reference. */
export const pruners = [
  ['none', () => noPruner()],
  ['median', () => median({ startupTrials: 5, warmupSteps: 2 })],
  ['halving 2/3', () => successiveHalving({ minResource: 2, reductionFactor: 3 })],
  ['hyperband 2/3', (steps) => hyperband({ minResource: 2, maxResource: steps, reductionFactor: 3 })],
  ['halving 1/3', () => successiveHalving({ minResource: 1, reductionFactor: 3 })],
  ['halving 2/2', () => successiveHalving({ minResource: 2, reductionFactor: 2 })],
  ['halving 1/2', () => successiveHalving({ minResource: 1, reductionFactor: 2 })],
  ['halving 2/4', () => successiveHalving({ minResource: 2, reductionFactor: 4 })],
  ['halving 4/3', () => successiveHalving({ minResource: 4, reductionFactor: 3 })],
]

/** Lines that the peer prints; none where `DOWNSLOPE_BENCH_PYTHON` names no Python with Optuna. */
export function optuna(...args) {
  const python = process.env.DOWNSLOPE_BENCH_PYTHON
  if (python === undefined) return []
  const script = join(import.meta.dirname, 'optuna_peer.py')
  const { stdout, stderr, status } = spawnSync(python, [script, ...args.map(String)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`optuna_peer.py ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}
