export { listStudies } from './listStudies.ts'
export { memory } from './memory.ts'
export { type SqliteOptions, sqlite } from './sqlite.ts'
export type { Storage, StudySummary } from './storage.ts'
