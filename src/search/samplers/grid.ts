import { guarded, readInteger, readOptions, refuse } from '../../options.ts'
import { defineSampler } from './define.ts'
import type { Sampler } from './sampler.ts'

/** Options of {@link grid}. */
export interface GridOptions {
  /**
   * How many values each continuous parameter gets, evenly spaced (in the logarithm where its scale is one) with both ends; an
   * integer ≥ 1, default 5. Parameters with steps, `int` among them, keep all their values. Or such a number for each parameter by
   * its path, as in `{ learningRate: 4, 'optimizer.sgd.momentum': 3 }`: this also thins those with steps, and continuous ones that are
   * not named get 5.
   */
  readonly resolution?: number | Readonly<Record<string, number>>
}

const DEFAULT = 5

/**
 * Every combination once, in the order of nested loops: the last parameter changes first. Then the study is `exhausted`.
 *
 * Only continuous parameters are thinned unless one is named: `grid({ resolution: 3 })` gives a `float` three values and `int(10, 40)`
 * all its 31, `grid({ resolution: { batchSize: 3 } })` gives it 10, 25 and 40. A branch is combined with the parameters of its own only,
 * so no two trials are alike. A combination that was enqueued is not suggested again.
 *
 * @throws DownslopeError `ERR_OPTION` when an option is unknown or out of its range, a name is not in the space, or there
 * are 2^64 combinations or more
 * @example
 * ```ts
 * const space = searchSpace({ learningRate: float(1e-3, 1e-1, { scale: 'log' }), batchSize: int(10, 40) })
 * grid({ resolution: { learningRate: 3, batchSize: 3 } }) // nine trials; with resolution: 3 they are 93
 * ```
 */
export function grid(options: GridOptions = {}): Sampler {
  const { resolution } = readOptions('grid', options, ['resolution'])
  const read = typeof resolution === 'object' ? named(resolution) : steps('resolution', resolution)
  const [common, names] = typeof read === 'number' ? [read, {}] : [DEFAULT, read]
  return defineSampler(
    'grid',
    { resolution: read },
    { usesValues: false, options: () => ({ resolution: common, named: names }) },
  )
}

const MOST = 1_000_000

function steps(name: string, value: unknown): number {
  const read = readInteger('grid', name, value, 1, DEFAULT)
  return read <= MOST ? read : refuse('grid', `${name} must be at most ${MOST}`, value)
}

function named(value: object | null): Record<string, number> {
  return guarded('grid', 'ERR_OPTION', () => {
    if (value === null || Array.isArray(value))
      refuse('grid', 'resolution must be an integer or an object of them', value)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        steps(`resolution of ${name}`, each ?? refuse('grid', `resolution of ${name} must be an integer ≥ 1`, each)),
      ]),
    )
  })
}
