import type { Labels } from '../data/forms.ts'
import type { Label } from '../data/labels.ts'
import { type Objective, readObjectives } from '../loss/objective.ts'
import type { MetricsOption } from '../metric/index.ts'
import { type AnyModel, isModel } from '../model/model.ts'
import { isNetwork, type Network } from '../model/network.ts'
import { guarded, refuse } from '../options.ts'
import type { FitOptions } from '../train/options.ts'

/**
 * What is trained and how: a network (or a model to train further) with the options of `fit`, of which `checkpoint`, `resume` and
 * `signal` are not for the folds of a search. `seed` and `threads` have other defaults here: the seed of the search, and one thread.
 * `validation` is what early stopping and plateaus look at; by default the rows that the fold is validated on.
 */
export type Candidate<L extends Labels = Label, K extends string = never> = {
  /** Made by `sequential` or `functional`, or a model. */
  readonly network: Network<K> | AnyModel<K>
} & Omit<FitOptions<MetricsOption<K>, L, K>, 'checkpoint' | 'resume' | 'signal'>

/** A candidate, read; its options are read by `fit`. */
export interface ReadCandidate {
  readonly start: Network<string> | AnyModel
  readonly network: Network<string>
  readonly objectives: readonly Objective[]
  readonly options: Readonly<Record<string, unknown>>
}

const others = ['checkpoint', 'resume', 'signal']

/** Reads a candidate; `what` is how messages call it. */
export function readCandidate(where: string, what: string, value: unknown): ReadCandidate {
  return guarded(where, 'ERR_OPTION', () => {
    const text = `${what} must give an object with a network and the options of fit`
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(where, text, value)
    if (typeof (value as { readonly then?: unknown }).then === 'function') return refuse(where, text, value)
    const { network, ...options } = value as Readonly<Record<string, unknown>>
    if (!isNetwork(network) && !isModel(network)) {
      return refuse(where, `network in ${what} must be made by sequential or functional, or be a model`, network)
    }
    for (const name of others) {
      if (Object.hasOwn(options, name) && options[name] !== undefined) {
        refuse(where, `${what} must leave out ${others.join(', ')}, which are not for folds`, name)
      }
    }
    const structure = isNetwork(network) ? network : network.network
    const objectives = readObjectives(where, options.loss, options.lossWeights, structure.outputs)
    return { start: network, network: structure, objectives, options }
  })
}

/** Calls the function that gives a candidate; `what` is how messages call it. */
export function buildCandidate(
  where: string,
  what: string,
  build: unknown,
  params: readonly unknown[] = [],
): ReadCandidate {
  if (typeof build !== 'function') {
    return refuse(where, `${what} must be a function that gives a network and the options of fit`, build)
  }
  return guarded(where, 'ERR_OPTION', () => readCandidate(where, `${what}()`, Reflect.apply(build, undefined, params)))
}
