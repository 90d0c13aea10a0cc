import type { LossFunction } from '../ops/loss.ts'
import { guarded, ranges, readNumber, refuse, show } from '../options.ts'
import { type LossName, lossNamed, lossNames } from './index.ts'
import type { Loss, Transform } from './loss.ts'

/** What is minimised for one output. */
export interface Objective {
  /** Name of the loss; `'custom'` for a function. */
  readonly name: LossName | 'custom'
  /** The function; `undefined` for a name, and for a model that was saved. */
  readonly custom: LossFunction | undefined
  /** Its weight in the total. */
  readonly weight: number
}

/** Option `loss` of a network: of its only output, or by the names of its outputs `K`. */
export type LossOption<K extends string = never> = [K] extends [never]
  ? LossName | LossFunction
  : Readonly<Record<K, LossName | LossFunction>>

/** What a model was trained with: as the option was, with `'custom'` for functions. */
export type TrainedLoss<K extends string = never> = [K] extends [never]
  ? LossName | 'custom'
  : Readonly<Record<K, LossName | 'custom'>>

/** Reads a record by the names of outputs, each of them given. */
export function readByOutput(where: string, option: string, value: unknown, outputs: readonly string[]): unknown[] {
  return guarded(where, 'ERR_OPTION', () => {
    const what = `${option} must be a record by the names of the outputs (${outputs.join(', ')})`
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(where, what, value)
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key !== 'string' || !outputs.includes(key)) refuse(where, what, key)
    }
    return outputs.map((output) =>
      Object.hasOwn(value, output) ? (value as Record<string, unknown>)[output] : undefined,
    )
  })
}

function readOne(where: string, option: string, value: unknown): Pick<Objective, 'name' | 'custom'> {
  if (typeof value === 'function') return { name: 'custom', custom: value as LossFunction }
  const name = lossNames.find((known) => known === value)
  if (name !== undefined) return { name, custom: undefined }
  return refuse(
    where,
    `${option} must be one of ${lossNames.join(', ')}, or a function of prediction and target`,
    value,
  )
}

/** Reads the options `loss` and `lossWeights` for a network with these outputs (none: one without a name). */
export function readObjectives(
  where: string,
  loss: unknown,
  weights: unknown,
  outputs: readonly string[],
): readonly Objective[] {
  if (outputs.length === 0) {
    if (weights !== undefined) refuse(where, 'lossWeights are for networks with several outputs', weights)
    return [{ ...readOne(where, 'loss', loss), weight: 1 }]
  }
  const losses = readByOutput(where, 'loss', loss, outputs)
  const factors = weights === undefined ? [] : readByOutput(where, 'lossWeights', weights, outputs)
  return outputs.map((output, index) => {
    const read = readOne(where, `loss.${output}`, losses[index])
    return { ...read, weight: readNumber(where, `lossWeights.${output}`, factors[index], ranges.notNegative, 1) }
  })
}

/** What `probabilities: true` does to what a loss takes. */
export function transformOf({ name }: Objective): Transform {
  return name === 'custom' ? 'none' : lossNamed(name).transform
}

/** What a loss predicts; anything for a function. */
export function predicts({ name }: Objective): Loss['predicts'] | undefined {
  return name === 'custom' ? undefined : lossNamed(name).predicts
}

/** As `model.loss` shows it. */
export function shownLoss(objectives: readonly Objective[], outputs: readonly string[]): TrainedLoss<string> | string {
  const [first] = objectives
  if (outputs.length === 0) return first?.name ?? show(first)
  return Object.freeze(Object.fromEntries(outputs.map((output, at) => [output, objectives[at]?.name ?? 'custom'])))
}
