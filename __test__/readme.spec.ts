/** What the README shows is run: its example in a process of its own, its commands against package.json. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const run = promisify(execFile)

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return Array.from(readme.matchAll(/^```(\w+)\n(.*?)^```$/gms))
    .filter(([, name]) => name === language)
    .map(([, , code]) => code ?? '')
}

/** What a comment behind the last `console.log` promises. */
function promised(code: string): string | undefined {
  return /\/\/ (.+)\n*$/.exec(code)?.[1]
}

const examples = blocks('ts')

test('there is an example', (t) => {
  t.true(examples.length > 0)
})

for (const [index, code] of examples.entries()) {
  test(`example ${index + 1} of the README runs and prints what it says`, async (t) => {
    t.timeout(60_000)
    // inside the repository, so that 'downslope' is this package; in a folder of its own, because it writes a file
    const out = join(root, 'examples', 'out')
    mkdirSync(out, { recursive: true })
    const folder = mkdtempSync(join(out, 'readme-'))
    try {
      const file = join(folder, 'example.mjs')
      writeFileSync(file, code)
      const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder, timeout: 60_000 })
      t.is(stderr, '')
      const expected = promised(code)
      if (expected !== undefined) t.is(stdout.trim().split('\n').at(-1), expected)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

test('every npm script that the README names exists', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = Array.from(
    blocks('sh')
      .join('\n')
      .matchAll(/npm (?:run )?(demo|test|(?<=run )[\w:]+)/g),
    ([, name]) => name ?? '',
  )
  t.true(named.length >= 2)
  for (const name of named) t.truthy(scripts[name], name)
})

test('every file that the README links to exists', (t) => {
  for (const [, target] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
    t.true(existsSync(join(root, target ?? '')), target)
})
