// Opens a study in a folder as somebody who may not write there.
import { chmodSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DownslopeError, listStudies, sqlite } from '../../../src/index.ts'
import { connectionOf } from '../../../src/storage/plan.ts'

const [folder = ''] = process.argv.slice(2)
const path = join(folder, 'study.db')
// the addon is loaded while everything may be read
await listStudies(sqlite(path))
const root = process.getuid?.() === 0
/** Root may write everywhere: somebody else tries. */
const modes = (file: number, parent: number): void => {
  if (root) process.seteuid?.(0)
  chmodSync(folder, 0o777)
  chmodSync(path, file)
  chmodSync(folder, parent)
  if (root) process.seteuid?.(65534)
}
const attempt = async (title: string, file: string): Promise<void> => {
  const connection = connectionOf(sqlite(file))
  try {
    await connection.create('other', '{}')
    writeSync(1, `${title} no error\n`)
  } catch (error) {
    writeSync(1, `${title} ${error instanceof DownslopeError ? `${error.code} ${error.message}` : String(error)}\n`)
  }
  await connection.close()
}
modes(0o444, 0o777)
await attempt('file', path)
modes(0o666, 0o555)
await attempt('folder', path)
await attempt('new', join(folder, 'new.db'))
modes(0o666, 0o777)
