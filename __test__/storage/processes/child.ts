import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** A process that runs a script beside this file. */
export interface Child {
  readonly process: ChildProcess
  /** Lines that it has written so far. */
  readonly lines: string[]
  /** Resolves when a line begins so; rejects when it ends before. */
  line(begin: string): Promise<string>
  /** Resolves at its end. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly errors: string }>
}

/** Starts one; `wrapper` is a command that starts it. It is killed after two minutes. */
export function start(script: string, args: readonly string[], wrapper: readonly string[] = []): Child {
  const node = [process.execPath, '--import=@oxc-node/core/register', join(import.meta.dirname, script), ...args]
  const [command = '', ...rest] = [...wrapper, ...node]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  const deadline = setTimeout(() => child.kill('SIGKILL'), 120_000)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let [text, errors, over] = ['', '', false]
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    // a line cut by a kill was never acknowledged
    const parts = (text + chunk).split('\n')
    text = parts.pop() ?? ''
    lines.push(...parts)
    for (const wake of [...waiting]) wake()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const ended = new Promise<Awaited<Child['ended']>>((done) => {
    child.on('close', (code, signal) => {
      clearTimeout(deadline)
      over = true
      for (const wake of [...waiting]) wake()
      done({ code, signal, errors })
    })
  })
  return {
    process: child,
    lines,
    ended,
    line: (begin) =>
      new Promise((found, missed) => {
        const look = (): void => {
          const line = lines.find((each) => each.startsWith(begin))
          if (line === undefined && !over) return
          waiting.delete(look)
          if (line !== undefined) found(line)
          else missed(new Error(`${script} ended without "${begin}": ${lines.join('\n')}\n${errors}`))
        }
        waiting.add(look)
        look()
      }),
  }
}
