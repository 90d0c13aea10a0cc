// Takes away what an earlier build of TypeScript left in dist, as it would be packed with the next. The binding stays.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const dist = resolve(import.meta.dirname, '..', 'dist')
for (const name of existsSync(dist) ? readdirSync(dist) : []) {
  if (!name.startsWith('binding.') && !name.endsWith('.node')) rmSync(join(dist, name), { recursive: true })
}
