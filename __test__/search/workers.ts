import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a worker process is told. */
export interface Order {
  /** Name in `setups`. */
  readonly setup: string
  readonly path: string
  readonly study: string
  /** Longest pause between two reports, in milliseconds. */
  readonly most: number
  /** The study's trials, all workers together; default that of the setups. */
  readonly total?: number
}

/** A process that works on a study until it is through. */
export interface Worker {
  readonly child: ChildProcess
  /** Resolves when it has the study open, or is gone. */
  readonly opened: Promise<void>
  /** Rejects when it failed; resolves to false when it was killed. */
  readonly ended: Promise<boolean>
}

/** Starts one. */
export function startWorker(order: Order): Worker {
  const file = fileURLToPath(new URL('child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import=@oxc-node/core/register', file, JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let text = ''
  child.stderr?.on('data', (piece: Buffer) => {
    text += piece
  })
  const ended = new Promise<boolean>((resolve, reject) => {
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(false)
      else if (code === 0) resolve(true)
      else reject(new Error(`a worker ended with ${code ?? signal}: ${text}`))
    })
  })
  const opened = new Promise<void>((resolve) => {
    child.once('message', () => resolve())
    child.once('exit', () => resolve())
  })
  return { child, opened, ended }
}
