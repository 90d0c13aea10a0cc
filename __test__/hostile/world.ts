import * as d from '../../src/index.ts'
import type { Random } from './random.ts'

/** What calls are made with. */
export interface World {
  readonly random: Random
  /** Runs a part of a call inside a callback; what it throws is judged by itself. */
  inner<T>(work: () => T): T
  /** Judges an error of something that goes on beside the call. */
  complain(error: unknown): void
  /** To be closed after the call. */
  own<T extends { close(): void }>(value: T): T
  /** Changes one part of values that are made inside the call. */
  mutate(values: unknown[]): void
  /** A path of its own. */
  path(): string
  /** Rejections with this are right. */
  readonly controller: AbortController
}

/** One good call, which is then changed. */
export interface Case {
  /** The export, or `Dataset.split`, `Model.predict`, … */
  readonly of: string
  /** False where the arguments are bad already. */
  readonly good?: false
  /** Arguments that are good, new each time. */
  readonly make: (world: World) => unknown[] | Promise<unknown[]>
  /** The call, and what is done with its result. */
  readonly call: (values: unknown[], world: World) => unknown
}

export const points = (): number[][] => [
  [0, 1],
  [1, 0.5],
  [2, -1],
  [0.5, 0.25],
  [-1, 3],
  [1.5, 2],
]
export const names = (): string[] => ['red', 'green', 'red', 'blue', 'green', 'blue']

export const labelled = (): d.Dataset<string> => d.dataset({ inputs: points(), labels: names() })
export const regression = (): d.Dataset<never> =>
  d.dataset({ inputs: points(), targets: points().map(([a = 0]) => 2 * a) })
export const both = (): d.Dataset<never> =>
  d.dataset({
    inputs: { a: points(), b: points() },
    targets: { y: points().map(([a = 0]) => a), z: points() },
  })

export const classifier = (): d.Network =>
  d.sequential([d.input({ shape: [2] }), d.standardize(), d.dense(3, { activation: 'tanh' }), d.dense(3)])
export const line = (): d.Network => d.sequential([d.input({ shape: [2] }), d.dense(1)])
export const twoOutputs = (): d.Network<'y' | 'z'> =>
  d.functional({ a: d.input({ shape: [2] }), b: d.input({ shape: [2] }) }, ({ a, b }) => {
    const merged = d.concatenate([d.dense(2)(a), d.dense(2)(b)])
    return { y: d.dense(1)(merged), z: d.dense(2)(merged) }
  })

export const trained = async (): Promise<d.Model<string>> => {
  const { model } = await d.fit(classifier(), labelled(), { loss: 'crossEntropy', epochs: 1 })
  return model
}
