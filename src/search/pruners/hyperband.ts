import { readInteger, readOptions } from '../../options.ts'
import { definePruner, type Pruner } from './pruner.ts'
import { halves } from './successiveHalving.ts'

/** Options of {@link hyperband}. */
export interface HyperbandOptions {
  /** The step of the first rung of the first bracket, an integer ≥ 1; default 1. */
  readonly minResource?: number
  /** The step at which a trial is through, an integer ≥ `minResource`. */
  readonly maxResource: number
  /** As that of {@link successiveHalving}, an integer ≥ 2; default 3. */
  readonly reductionFactor?: number
}

/** (√5 − 1) / 2: multiples of it are spread evenly over [0, 1) at any length. */
const GOLDEN = 0.6180339887498949

/**
 * Several {@link successiveHalving} beside each other, which differ in how early they begin: trials of a bracket compete with
 * one another only.
 *
 * There are ⌊log_η(maxResource / minResource)⌋ + 1 brackets; bracket b begins at minResource · η^b and gets a share of trials
 * in proportion to ⌈(s + 1 + b) · η^s / (s + 1)⌉ with s brackets behind it. Which trial goes where follows from its number
 * alone, in even turns, so that short studies are balanced too. Li et al., "Hyperband" (2018); brackets and shares as Optuna's
 * `HyperbandPruner`.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range
 * @example
 * ```ts
 * createStudy({ space, direction: 'maximize', pruner: hyperband({ minResource: 1, maxResource: 81 }) })
 * ```
 */
export function hyperband(options: HyperbandOptions): Pruner {
  const read = readOptions('hyperband', options, ['minResource', 'maxResource', 'reductionFactor'])
  const minResource = readInteger('hyperband', 'minResource', read.minResource, 1, 1)
  const maxResource = readInteger('hyperband', 'maxResource', read.maxResource, minResource)
  const factor = readInteger('hyperband', 'reductionFactor', read.reductionFactor, 2, 3)
  const ends = brackets(minResource, maxResource, factor)
  const bracketOf = (number: number): number => {
    const turn = number * GOLDEN
    const place = turn - Math.floor(turn)
    // the last ends at 1, which no place reaches
    return ends.findIndex((end) => place < end)
  }
  return definePruner(
    { kind: 'hyperband', minResource, maxResource, reductionFactor: factor },
    {
      usesHistory: true,
      series: 'steps',
      prune({ number, own, history, direction }) {
        const bracket = bracketOf(number)
        let first = minResource
        for (let begun = 0; begun < bracket; begun++) first *= factor
        const among = { name: String(bracket), holds: (other: number) => bracketOf(other) === bracket }
        return halves(own, history, direction, { first, factor, among })
      },
    },
  )
}

/** Where the share of each bracket ends in [0, 1]. */
function brackets(minResource: number, maxResource: number, factor: number): readonly number[] {
  const powers: number[] = []
  for (let step = minResource; step <= maxResource; step *= factor) powers.unshift(step / minResource)
  const shares = powers.map((power, bracket) => Math.ceil((powers.length * power) / (powers.length - bracket)))
  const total = shares.reduce((sum, share) => sum + share, 0)
  let end = 0
  return shares.map((share) => {
    end += share
    return end / total
  })
}
