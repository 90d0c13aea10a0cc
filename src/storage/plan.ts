import { refuse } from '../options.ts'
import type { Connection, Storage } from './storage.ts'

/** How to reach what a {@link Storage} names. */
export interface StoragePlan {
  /** A connection of its own for each call; whoever asked for it closes it. Nothing is opened before its first call. */
  connect(): Connection
}

const plans = new WeakMap<object, StoragePlan>()

/** A storage: frozen, with its options as `.config`; what it does is known to this module only. */
export function defineStorage(config: Storage['config'], plan: StoragePlan): Storage {
  const storage: Storage = Object.freeze({ config: Object.freeze(config) })
  plans.set(storage, plan)
  return storage
}

/**
 * Opens a connection to a storage, a new one for each call: close it when done.
 *
 * @param storage what `memory()` or `sqlite(path)` returned
 * @param where who asks, for messages
 * @throws `ERR_OPTION` for anything else, copies of a storage included
 */
export function connectionOf(storage: unknown, where = 'storage'): Connection {
  const plan = typeof storage === 'object' && storage !== null ? plans.get(storage) : undefined
  return plan ? plan.connect() : refuse(where, 'storage must be made by a factory such as memory()', storage)
}
