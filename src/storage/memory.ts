import { DownslopeError } from '../errors.ts'
import { closed } from './check.ts'
import { type MemoryStudy, memoryStudy, openLog, summary } from './memoryStudy.ts'
import { defineStorage } from './plan.ts'
import type { Connection, Storage, StudyLog } from './storage.ts'

/**
 * Studies in the memory of this process: the default. They live as long as the returned value: calls that are given the
 * same value share its studies, two values share nothing, and nothing of it outlives the process.
 * @example
 * ```ts
 * const storage = memory()
 * const study = await createStudy({ name: 'first', space, direction: 'minimize', storage })
 * ```
 */
export function memory(): Storage {
  const studies = new Map<string, MemoryStudy>()
  return defineStorage({ kind: 'memory' }, { connect: () => connect(studies) })
}

function connect(studies: Map<string, MemoryStudy>): Connection {
  const logs = new Set<StudyLog>()
  let open = true
  const check = (): void => {
    if (!open) throw closed('storage: the connection')
  }
  const begin = (study: MemoryStudy): StudyLog => {
    const log = openLog(study, (log) => logs.delete(log))
    logs.add(log)
    return log
  }
  return {
    async create(name, definition) {
      check()
      const there = studies.get(name)
      if (there) return { log: begin(there), created: false }
      const study = memoryStudy(name, definition)
      studies.set(name, study)
      return { log: begin(study), created: true }
    },
    async open(name) {
      check()
      const study = studies.get(name)
      if (!study) throw new DownslopeError('ERR_STORAGE', `memory: there is no study named ${JSON.stringify(name)}`)
      return begin(study)
    },
    async list() {
      check()
      return [...studies.values()].map(summary)
    },
    async close() {
      open = false
      await Promise.all([...logs].map((log) => log.close()))
    },
  }
}
