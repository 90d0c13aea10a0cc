export * from './space/index.ts'
