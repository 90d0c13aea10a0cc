/** Runs the code blocks of a page, as a reader would who copies them one below the other. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** The code blocks of a language in a file, in order. */
export function blocks(file: string, language: string): string[] {
  return Array.from(readFileSync(join(root, file), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms))
    .filter(([, name]) => name === language)
    .map(([, , code]) => code ?? '')
}

/** The lines that comments behind `console.log` promise; `…` stands for anything. */
function promised(code: string): RegExp[] {
  const comments = Array.from(code.matchAll(/console\.log\(.*?\)(?: \/\/ (.+))$/gm), ([, text]) => text ?? '')
  const lines = comments.flatMap((text) => text.split(' // '))
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return lines.map((line) => new RegExp(`^${line.split('…').map(escaped).join('.*')}$`))
}

/** Runs code in a process and a folder of its own, and compares what it prints with what its comments promise. */
export async function runCode(t: ExecutionContext, code: string): Promise<void> {
  // inside the repository, so that 'downslope' is this package; in a folder of its own, because it writes files
  const out = join(root, 'examples', 'out')
  mkdirSync(out, { recursive: true })
  const folder = mkdtempSync(join(out, 'page-'))
  try {
    const file = join(folder, 'page.mjs')
    writeFileSync(file, code.replaceAll("'./examples/", "'../../"))
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder, timeout: 90_000 })
    t.is(stderr, '')
    const printed = stdout.trim().split('\n')
    let at = 0
    for (const line of promised(code)) {
      const found = printed.slice(at).findIndex((text) => line.test(text))
      t.true(found >= 0, `${line} is promised; printed:\n${stdout}`)
      at += found + 1
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
