/** Every page of `docs/guides/` runs from its first block to its last, and prints what it says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { blocks, runCode } from './markdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = readdirSync(join(root, 'docs', 'guides')).filter((name) => name.endsWith('.md'))

for (const page of pages) {
  const file = join('docs', 'guides', page)

  if (page !== 'README.md') {
    test(`docs/guides/${page} runs and prints what it says`, async (t) => {
      t.timeout(120_000)
      const code = blocks(file, 'js')
      t.true(code.length > 1)
      await runCode(t, code.join('\n'))
    })
  }

  test(`every file that docs/guides/${page} links to exists`, (t) => {
    const text = readFileSync(join(root, file), 'utf8')
    t.regex(text, /^# /)
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      t.true(existsSync(join(root, dirname(file), target ?? '')), target)
    }
  })
}

test('the guides are listed', (t) => {
  const list = readFileSync(join(root, 'docs', 'guides', 'README.md'), 'utf8')
  for (const page of pages) if (page !== 'README.md') t.true(list.includes(`(${page})`), page)
})
