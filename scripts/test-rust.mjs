// Rust tests: nextest where it is installed, plain cargo otherwise, for only Node and Rust may be assumed.
import { spawnSync } from 'node:child_process'

const has = spawnSync('cargo', ['nextest', '--version'], { stdio: 'ignore' }).status === 0
const args = has ? ['nextest', 'run', '--workspace', '--no-tests=pass'] : ['test', '--workspace']
const { status } = spawnSync('cargo', args, { stdio: 'inherit' })
process.exit(status ?? 1)
