/** Which way is better. */
export type Direction = 'minimize' | 'maximize'

/** Whether `a` is better than `b`; nothing is better than itself, and NaN is never better. */
export function isBetter(a: number, b: number, direction: Direction): boolean {
  return direction === 'minimize' ? a < b : a > b
}

/** Numbers by step (or by fold), ascending by step. */
export interface Series {
  readonly steps: readonly number[]
  readonly values: readonly number[]
}

/** A finished trial, as pruners and stopping rules see it. */
export interface SettledTrial {
  readonly number: number
  readonly status: 'completed' | 'pruned' | 'failed'
  /** One for each direction; empty where there is none. */
  readonly values: readonly number[]
  /** Sum of what the constraints exceed 0 by. */
  readonly violation: number
  /** What it reported by step. */
  readonly steps: Series
  /** What it reported by fold. */
  readonly folds: Series
}

/** Whether a trial can be the best: completed, and within the constraints. */
export function stands(trial: { readonly status: string; readonly violation: number }): boolean {
  return trial.status === 'completed' && trial.violation === 0
}

/** The finished trials that a decision may look at, in their order: the declared history of one trial. */
export interface DeclaredHistory {
  /** How many. */
  readonly count: number
  /** The one at a position below `count`. */
  trial(position: number): SettledTrial
  /**
   * What `pick` takes of each trial, those left out of which it takes nothing: the first `count` of `values`. Remembered under
   * `key`, so `pick` must be a function of the trial alone, and the same for each call with this key.
   */
  column(key: string, pick: (trial: SettledTrial) => number | undefined): Column
  /** The best of the completed trials that keep to the constraints; the first of equals. */
  incumbent(): SettledTrial | undefined
}

/** The first `count` of `values`. */
export interface Column {
  readonly values: readonly number[]
  readonly count: number
}

/** Finished trials in their order, appended to, and seen by decisions up to a position of theirs. */
export class Settled {
  readonly #direction: Direction
  readonly #trials: SettledTrial[] = []
  readonly #columns = new Map<string, { values: number[]; positions: number[]; read: number }>()
  readonly #improvements: number[] = []

  constructor(direction: Direction) {
    this.#direction = direction
  }

  get count(): number {
    return this.#trials.length
  }

  /** The one at a position below `count`. */
  trial(position: number): SettledTrial {
    return this.#trials[position] as SettledTrial
  }

  /** Adds the next one. */
  add(trial: SettledTrial): void {
    const position = this.#trials.push(trial) - 1
    if (!stands(trial)) return
    const best = this.#improvements.at(-1)
    const value = trial.values[0] as number
    if (best === undefined || isBetter(value, this.trial(best).values[0] as number, this.#direction)) {
      this.#improvements.push(position)
    }
  }

  /** Forgets those from a position on, for a trial that turned out not to be finished. */
  cut(position: number): void {
    this.#trials.length = position
    this.#improvements.length = below(this.#improvements, position)
    this.#columns.clear()
  }

  /** The first `count` of them. */
  view(count: number): DeclaredHistory {
    return {
      count,
      trial: (position) => this.trial(position),
      column: (key, pick) => this.#column(key, pick, count),
      incumbent: () => {
        const last = below(this.#improvements, count)
        return last === 0 ? undefined : this.trial(this.#improvements[last - 1] as number)
      },
    }
  }

  #column(key: string, pick: (trial: SettledTrial) => number | undefined, count: number): Column {
    let column = this.#columns.get(key)
    if (column === undefined) {
      column = { values: [], positions: [], read: 0 }
      this.#columns.set(key, column)
    }
    for (; column.read < count; column.read++) {
      const value = pick(this.trial(column.read))
      if (value === undefined) continue
      column.values.push(value)
      column.positions.push(column.read)
    }
    return { values: column.values, count: below(column.positions, count) }
  }
}

/** How many of an ascending list are below a bound. */
export function below(sorted: readonly number[], bound: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < bound) low = middle + 1
    else high = middle
  }
  return low
}
