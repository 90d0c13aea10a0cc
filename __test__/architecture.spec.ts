import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'ava'

const root = resolve(import.meta.dirname, '..')
const source = join(root, 'src')

/** Files below a folder. */
function files(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
}

/** What a file imports, types included. */
function imports(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/(?:from |import\(|^import )['"]([^'"]+)['"]/gm)].map((match) => match[1] as string)
}

const room = (path: string): string => relative(source, path).split('/')[0] as string

/** Which rooms a room may use. What is not named here may be used by all. */
const allowed: Record<string, readonly string[]> = {
  schedule: ['metric'],
  regularizer: ['data'],
  optimizer: ['schedule'],
  data: ['native'],
  metric: ['data', 'loss'],
  loss: ['ops'],
  ops: ['data'],
  minimize: ['data', 'native', 'ops', 'optimizer', 'schedule', 'train'],
  model: ['data', 'loss', 'metric', 'native', 'ops', 'regularizer'],
  train: ['data', 'loss', 'metric', 'model', 'native', 'optimizer', 'schedule'],
  plots: ['search'],
  storage: ['native'],
  search: ['data', 'loss', 'metric', 'model', 'native', 'optimizer', 'regularizer', 'schedule', 'storage', 'train'],
  native: [],
}
const everywhere = ['errors.ts', 'options.ts', 'table.ts']

test('rooms import in one direction', (t) => {
  for (const path of files(source, '.ts')) {
    const from = room(path)
    if (!(from in allowed)) continue
    for (const name of imports(path)) {
      if (!name.startsWith('.')) continue
      const to = room(resolve(dirname(path), name))
      const fine = to === from || everywhere.includes(to) || allowed[from]?.includes(to)
      t.true(fine, `${relative(root, path)} imports ${to}`)
    }
  }
})

test('only src/native/index.ts touches the binding', (t) => {
  for (const path of files(source, '.ts')) {
    const text = readFileSync(path, 'utf8')
    const touches = /#binding|\.node['"]|createRequire/.test(text)
    t.is(touches, relative(root, path) === 'src/native/index.ts', relative(root, path))
  }
})

test('the floors of Rust point down', (t) => {
  const floors: Record<string, readonly string[]> = {
    kernels: [],
    engine: ['kernels'],
    search: ['kernels'],
    store: [],
  }
  const crates = readdirSync(join(root, 'crates'))
  t.deepEqual(crates.sort(), Object.keys(floors).sort())
  for (const crate of crates) {
    const manifest = readFileSync(join(root, 'crates', crate, 'Cargo.toml'), 'utf8')
    t.notRegex(manifest, /\bnapi/, crate)
    const used = [...manifest.matchAll(/^downslope-(\w+)/gm)].map((match) => match[1] as string)
    for (const other of used) t.true(floors[crate]?.includes(other), `${crate} uses ${other}`)
  }
  for (const path of files(join(root, 'crates'), '.rs')) {
    t.notRegex(readFileSync(path, 'utf8'), /\bnapi::/, relative(root, path))
  }
})

test('ESM with .ts specifiers, no default exports, files of a size that can be read', (t) => {
  for (const path of files(source, '.ts')) {
    const text = readFileSync(path, 'utf8')
    const name = relative(root, path)
    t.notRegex(text, /^export default/m, name)
    t.true(text.split('\n').length <= 300, `${name} is long`)
    for (const specifier of imports(path)) {
      t.regex(specifier, specifier.startsWith('.') ? /\.ts$/ : /^(node:|#binding$)/, name)
    }
  }
})
