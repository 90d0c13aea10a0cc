import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { sqlite } from '../../src/index.ts'
import { contract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'downslope-sqlite-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const path = (): string => join(folder, `${files++}.db`)

contract('sqlite', () => sqlite(path()))
contract('sqlite', () => sqlite(path(), { durability: 'process' }), "sqlite, durability 'process'")
