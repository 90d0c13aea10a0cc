/** @module Files that examples keep from run to run, in `examples/out/` or the folder that the environment variable `EXAMPLES_OUT` names. */

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = process.env.EXAMPLES_OUT ?? fileURLToPath(new URL('out/', import.meta.url))

/** The path of a file that is kept; its folder is made. */
export function kept(name) {
  mkdirSync(folder, { recursive: true })
  return join(folder, name)
}

/** The path of a kept study, which `--fresh` forgets. */
export function keptStudy(name) {
  const file = kept(name)
  if (process.argv.includes('--fresh')) {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  }
  return file
}

/** Ends with what a person can do where a kept study is no use: it has another space since the example was changed, or other data. */
export function begunOtherwise(error) {
  if (error?.code !== 'ERR_STORAGE') throw error
  console.error(`${error.message}\n\`--fresh\` forgets what was kept, and begins anew.`)
  process.exit(1)
}
