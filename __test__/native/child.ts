import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..', '..')

/** What a child process did. */
export interface ChildResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

/** What every script of a child can use. */
const prelude = `
import * as downslope from './dist/index.js'
import { createRequire } from 'node:module'
const { dataset, dense, fit, initialize, input, loadModel, sequential, standardize } = downslope
const binding = createRequire(import.meta.url)('./dist/binding.cjs')
const network = (units = 16) => sequential([input({ shape: [4] }), standardize(), dense(units, { activation: 'relu' }), dense(3)])
const data = (rows = 200) => dataset({
  inputs: Array.from({ length: rows }, (_, row) => [Math.sin(row), Math.cos(row), row % 5, row % 3]),
  labels: Array.from({ length: rows }, (_, row) => row % 3),
})
const long = { loss: 'crossEntropy', epochs: 1e6, batchSize: 8 }
`

/** Runs a script against the built package, in a process of its own with a deadline; `wrapper` is a command that starts it. */
export function child(
  script: string,
  deadline = 30_000,
  kill?: (write: string) => number | undefined,
  wrapper: readonly string[] = [],
): Promise<ChildResult> {
  return new Promise((done) => {
    const args = ['--expose-gc', '--input-type=module', '--eval', prelude + script]
    const [command = '', ...rest] = [...wrapper, globalThis.process.execPath, ...args]
    const process = spawn(command, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let killing = false
    const timer = setTimeout(() => process.kill('SIGKILL'), deadline)
    const hear = (chunk: string): void => {
      output += chunk
      const after = killing ? undefined : kill?.(output)
      if (after === undefined) return
      killing = true
      setTimeout(() => process.kill('SIGKILL'), after)
    }
    process.stdout.setEncoding('utf8').on('data', hear)
    process.stderr.setEncoding('utf8').on('data', hear)
    process.on('close', (code, signal) => {
      clearTimeout(timer)
      done({ code, signal, output })
    })
  })
}
