import { resolve } from 'node:path'
import { type NativeLog, type NativeStore, native, unwrapLater } from '../native/index.ts'
import { readName, readOptions, refuse } from '../options.ts'
import { closed } from './check.ts'
import { defineStorage } from './plan.ts'
import { openSqliteLog } from './sqliteLog.ts'
import type { Connection, Storage, StudyLog, StudySummary } from './storage.ts'

/** Options of {@link sqlite}. */
export interface SqliteOptions {
  /**
   * What a study that goes on has been promised: with `'disk'` (default) a power cut loses nothing that was acknowledged;
   * with `'process'` only the end of a process, `kill -9` included, loses nothing. Neither damages the file.
   */
  readonly durability?: 'disk' | 'process'
}

/**
 * Studies in an SQLite file, shared by as many processes and worker threads as open it. While it is open there are
 * files beside it: `path-wal` and `path-shm` (SQLite's) and the folder `path-workers`, in which each worker holds a lock
 * on a file, so that the others see at once when it is gone. Nothing is opened or created before a study is.
 *
 * For disks of the same machine: network file systems lack the locks that SQLite needs.
 *
 * @param path of the file; it is created when it is missing, its folder is not
 * @param options `durability`
 * @throws DownslopeError `ERR_OPTION` when `path` is not a text, is empty or `':memory:'`, or an option is unknown. What
 * uses the storage rejects with `ERR_STORAGE` when the file cannot be used, is damaged, of another program or of a later
 * version of downslope, and then leaves it as it is. After a write that failed (the disk is full, say) everything that
 * waited rejects and so does everything later, until the study is closed and opened again: what was acknowledged is there.
 * @example
 * ```ts
 * const storage = sqlite('studies.db')
 * const study = await createStudy({ name: 'first', space, direction: 'minimize', storage })
 * ```
 */
export function sqlite(path: string, options: SqliteOptions = {}): Storage {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    refuse('sqlite', 'path must be a text that is not empty', path)
  }
  if (path === ':memory:') refuse('sqlite', 'path must be one of a file (memory() needs none)', path)
  const read = readOptions('sqlite', options, ['durability'])
  const given = read.durability ?? 'disk'
  const durability = readName('sqlite', 'durability', given, ['disk', 'process'])
  const file = resolve(path)
  return defineStorage({ kind: 'sqlite', path, durability }, { connect: () => connect(file, durability === 'disk') })
}

function connect(file: string, durable: boolean): Connection {
  const logs = new Set<StudyLog>()
  let store: NativeStore | undefined
  let closing: Promise<void> | undefined
  const reach = (): NativeStore => {
    if (closing) throw closed('storage: the connection')
    store ??= native().openStore(file, durable)
    return store
  }
  const begin = (handle: NativeStore, name: string, opened: NativeLog): StudyLog => {
    const log = openSqliteLog(handle, name, opened, () => logs.delete(log))
    logs.add(log)
    return log
  }
  return {
    async create(name, definition) {
      const handle = reach()
      const opened = await unwrapLater(handle.create(name, definition, Date.now()))
      return { log: begin(handle, name, opened), created: opened.created }
    },
    async open(name) {
      const handle = reach()
      return begin(handle, name, await unwrapLater(handle.open(name)))
    },
    async list() {
      return JSON.parse(await unwrapLater(reach().list())) as StudySummary[]
    },
    close() {
      closing ??= (async () => {
        const handle = store
        const closes = await Promise.allSettled([...logs].map((log) => log.close()))
        if (handle) await unwrapLater(handle.close())
        for (const each of closes) if (each.status === 'rejected') throw each.reason
      })()
      return closing
    },
  }
}
