import { readName } from '../../options.ts'
import type { Activation } from './activation.ts'
import * as all from './all.ts'

/** Names of the activations. */
export type ActivationName = keyof typeof all

/** An activation with its name. */
export interface NamedActivation {
  readonly name: ActivationName
  readonly activation: Activation
}

/** Reads an option that names an activation. */
export function readActivation(where: string, value: unknown): NamedActivation {
  const names = Object.keys(all) as ActivationName[]
  const name = value === undefined ? 'linear' : readName(where, 'activation', value, names)
  return { name, activation: all[name] }
}
