/** What the README shows is run: its examples in processes of their own, its commands against package.json. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { blocks, runCode } from './markdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const examples = blocks('README.md', 'ts')

test('there are examples', (t) => {
  t.true(examples.length >= 2)
  for (const code of examples) t.regex(code, /console\.log\(.*\) \/\/ /)
})

for (const [index, code] of examples.entries()) {
  test(`example ${index + 1} of the README runs and prints what it says`, async (t) => {
    t.timeout(120_000)
    await runCode(t, code)
  })
}

test('every npm script that the README names exists', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = Array.from(
    blocks('README.md', 'sh')
      .join('\n')
      .matchAll(/npm (?:run )?(demo|test|(?<=run )[\w:]+)/g),
    ([, name]) => name ?? '',
  )
  t.true(named.length >= 2)
  for (const name of named) t.truthy(scripts[name], name)
})

test('every file that the README links to exists', (t) => {
  for (const [, target] of readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g))
    t.true(existsSync(join(root, target ?? '')), target)
})
