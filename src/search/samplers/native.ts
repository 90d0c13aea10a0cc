import { createPace } from '../../data/source.ts'
import { DownslopeError } from '../../errors.ts'
import { type NativeSampler, native, receive, unwrapLater } from '../../native/index.ts'
import type { Point } from '../space/flat.ts'
import type { FinishedPoint, SamplerStart, Suggester } from './sampler.ts'

const statuses = ['completed', 'pruned', 'failed']

/** Starts a sampler of `crates/search`; rejects with `ERR_OPTION` when its options do not fit to the space. */
export function makeSampler(
  kind: string,
  options: object,
  { space, directions, seed }: SamplerStart,
): Promise<NativeSampler> {
  const study = JSON.stringify({ seed, directions })
  return receive(native().createSampler(kind, JSON.stringify(space), JSON.stringify(options), study))
}

/** A sampler at work. Suggestions are made off the event loop. */
export function createSuggester(kind: string, options: object, start: SamplerStart): Suggester {
  const { space, directions } = start
  const width = space.dimensions.length
  let handle: NativeSampler | undefined
  let closed = false

  async function open(): Promise<NativeSampler> {
    if (closed) throw new DownslopeError('ERR_CLOSED', `${kind} is closed`)
    if (handle !== undefined) return handle
    const made = await makeSampler(kind, options, start)
    if (closed) {
      made.close()
      throw new DownslopeError('ERR_CLOSED', `${kind} was closed`)
    }
    handle = made
    return made
  }

  async function suggest(asked: readonly Point[], finished: readonly FinishedPoint[]): Promise<Point | undefined> {
    const sampler = await open()
    const points = await flat(asked, width)
    const rows = await rowsOf(finished, directions.length)
    if (closed) throw new DownslopeError('ERR_CLOSED', `${kind} was closed`)
    const point = await unwrapLater(sampler.suggest(points, rows))
    if (!closed) sampler.report()
    return point ?? undefined
  }

  return {
    suggest,
    close() {
      closed = true
      handle?.close()
    },
  }
}

/** Coordinates of points, one after the other; a number for each where they have none. */
async function flat(points: readonly Point[], width: number): Promise<Float64Array> {
  const result = new Float64Array(points.length * Math.max(1, width))
  const pace = createPace()
  for (const [index, point] of points.entries()) {
    await pace()
    result.set(point, index * width)
  }
  return result
}

/** Number, status, last step, violation, values; NaN where there are none. */
async function rowsOf(finished: readonly FinishedPoint[], values: number): Promise<Float64Array> {
  const width = 4 + values
  const rows = new Float64Array(finished.length * width).fill(Number.NaN)
  const pace = createPace()
  for (const [index, trial] of finished.entries()) {
    await pace()
    rows.set([trial.number, statuses.indexOf(trial.status), trial.step, trial.violation], index * width)
    rows.set(trial.values.slice(0, values), index * width + 4)
  }
  return rows
}
