import { guarded, ranges, readInteger, readNumber, readOptions, refuse } from '../../options.ts'
import { isBetter, stands } from '../history.ts'
import { canonicalJson, type Json } from '../json.ts'
import { gridCount, gridValue } from '../space/grid.ts'
import type { ParameterConfig } from '../space/parameter.ts'
import { type SearchSpace, spaceFrom } from '../space/searchSpace.ts'
import { paretoFront } from './pareto.ts'
import type { Entry } from './record.ts'
import { coreOf, type Study } from './study.ts'

/** Options of {@link narrow}. */
export interface NarrowOptions {
  /** How many of the best trials the new space is drawn around, an integer ≥ 1; default 10. */
  readonly top?: number
  /** The share of each range that is kept at least, in the parameter's scale, (0, 1]; default 0.5. */
  readonly factor?: number
}

type Configs = Readonly<Record<string, ParameterConfig>>
type Values = Readonly<Record<string, unknown>>

/**
 * A smaller space around the best trials of a study, for a study of its own.
 *
 * A range becomes the one from the lowest to the highest value among the best, or, where that is less, `factor` of the old range
 * around their middle, moved into the old one. Of choices and branches those remain that are among the best.
 * What none of the best trials has stays as it is. With several directions the best are those of the Pareto front.
 *
 * @throws DownslopeError `ERR_OPTION` when there is no completed trial within the constraints, or an option is unknown or out of
 * its range
 * @example
 * ```ts
 * const closer = await createStudy({ space: narrow(study, { top: 5, factor: 0.25 }), direction: 'minimize' })
 * ```
 */
export function narrow<P>(study: Study<P>, options: NarrowOptions = {}): SearchSpace<P> {
  return guarded('narrow', 'ERR_OPTION', () => {
    const core = coreOf('narrow', study)
    const read = readOptions('narrow', options, ['top', 'factor'])
    const top = readInteger('narrow', 'top', read.top, 1, 10)
    const factor = readNumber('narrow', 'factor', read.factor, ranges.share, 0.5)
    const best = bestOf(core.projection.entries, core.definition.directions, top)
    if (best.length === 0) refuse('narrow', 'the study must have a completed trial within its constraints', undefined)
    const { config } = core.space
    const values = best.map((entry) => core.params(entry))
    return spaceFrom({ ...config, parameters: ofRecord(config.parameters, values, factor) }) as SearchSpace<P>
  })
}

function bestOf(
  entries: readonly Entry[],
  directions: readonly ('minimize' | 'maximize')[],
  top: number,
): readonly Entry[] {
  const [direction = 'minimize'] = directions
  if (directions.length > 1) return paretoFront(entries, directions).slice(0, top)
  const able = entries.filter(stands)
  const order = (a: Entry, b: Entry): number => {
    const [x, y] = [a.values[0] as number, b.values[0] as number]
    return isBetter(x, y, direction) ? -1 : isBetter(y, x, direction) ? 1 : a.number - b.number
  }
  return able.sort(order).slice(0, top)
}

function ofRecord(configs: Configs, values: readonly Values[], factor: number): Configs {
  return Object.fromEntries(
    Object.entries(configs).map(([name, config]) => [
      name,
      ofParameter(
        config,
        values.map((one) => one[name]),
        factor,
      ),
    ]),
  )
}

function ofParameter(config: ParameterConfig, values: readonly unknown[], factor: number): ParameterConfig {
  if (values.length === 0) return config
  switch (config.kind) {
    case 'float':
    case 'int':
      return ofRange(config, values as readonly number[], factor)
    case 'array':
      return { ...config, element: ofParameter(config.element as ParameterConfig, values.flat(), factor) }
    case 'ordinal': {
      const all = config.values as readonly Json[]
      const whole = { kind: 'int', low: 0, high: all.length - 1, scale: 'linear', step: 1 }
      const { low, high } = ofRange(
        whole,
        values.map((value) => all.indexOf(value as Json)),
        factor,
      )
      return { ...config, values: all.slice(low as number, (high as number) + 1) }
    }
    default:
      return config.branches === undefined
        ? ofChoice(config, values)
        : ofBranches(config, values as readonly Values[], factor)
  }
}

function ofChoice(config: ParameterConfig, values: readonly unknown[]): ParameterConfig {
  const seen = new Set(values.map((value) => canonicalJson(value as Json)))
  return { ...config, values: (config.values as readonly Json[]).filter((value) => seen.has(canonicalJson(value))) }
}

function ofBranches(config: ParameterConfig, values: readonly Values[], factor: number): ParameterConfig {
  const branches = Object.entries(config.branches as unknown as Readonly<Record<string, Configs>>).map(
    ([name, record]) => {
      const own = values.filter(({ kind }) => kind === name)
      return [name, own.length === 0 ? undefined : ofRecord(record, own, factor)]
    },
  )
  return { ...config, branches: Object.fromEntries(branches.filter(([, record]) => record !== undefined)) }
}

function ofRange(config: ParameterConfig, values: readonly number[], factor: number): ParameterConfig {
  const { low, high, scale, step } = config as unknown as Readonly<Record<'low' | 'high' | 'step', number>> & {
    scale: string
  }
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
  const [from, to] = scale === 'log' ? around(least, most, low, high, factor) : beside(least, most, low, high, factor)
  if (config.kind === 'float' && config.step === undefined) return { ...config, low: from, high: to }
  const last = gridCount(low, high, step) - 1
  const first = Math.max(0, Math.floor((from - low) / step + 1e-9))
  const end = Math.min(last, Math.ceil((to - low) / step - 1e-9))
  return { ...config, low: gridValue(low, high, step, first), high: gridValue(low, high, step, end) }
}

/** At least `factor` of the old width around the middle. */
function beside(least: number, most: number, low: number, high: number, factor: number): [number, number] {
  const half = Math.max(most - least, factor * (high - low)) / 2
  const middle = least + (most - least) / 2
  // what would be cut off at one end is given at the other
  const from = Math.min(middle - half, high - 2 * half)
  const to = Math.max(middle + half, low + 2 * half)
  return [Math.max(low, Math.min(least, from)), Math.min(high, Math.max(most, to))]
}

/** The same for ratios. */
function around(least: number, most: number, low: number, high: number, factor: number): [number, number] {
  const half = Math.sqrt(Math.max(most / least, power(high / low, factor)))
  const middle = Math.sqrt(least) * Math.sqrt(most)
  const from = Math.min(middle / half, high / half / half)
  const to = Math.max(middle * half, low * half * half)
  return [Math.max(low, Math.min(least, from)), Math.min(high, Math.max(most, to))]
}

/** base^exponent for an exponent in [0, 1], of square roots and products, so that it is the same on every machine. */
function power(base: number, exponent: number): number {
  if (exponent === 1) return base
  let [root, rest, result] = [base, exponent, 1]
  for (let bit = 0; bit < 40 && rest > 0; bit++) {
    root = Math.sqrt(root)
    rest *= 2
    if (rest >= 1) {
      rest -= 1
      result *= root
    }
  }
  return result
}
