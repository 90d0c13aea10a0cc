import { connectionOf } from './plan.ts'
import type { Storage, StudySummary } from './storage.ts'

/**
 * The studies of a storage, in the order in which they were created.
 *
 * @throws rejects with `ERR_OPTION` when it is not a storage, with `ERR_STORAGE` when it cannot be read
 * @example
 * ```ts
 * for (const { name, trials, running } of await listStudies(sqlite('studies.db'))) console.log(name, trials, running)
 * ```
 */
export async function listStudies(storage: Storage): Promise<readonly StudySummary[]> {
  const connection = connectionOf(storage, 'listStudies')
  try {
    return await connection.list()
  } finally {
    await connection.close()
  }
}
