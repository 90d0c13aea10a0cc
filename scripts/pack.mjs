// Packs the root package and the platform package of this machine into a folder, as they would be published: the root
// names all platform packages as optional dependencies. In the repository it does not, for they cannot be installed
// before they exist. Usage: node scripts/pack.mjs [folder]
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const out = resolve(process.argv[2] ?? join(root, 'dist', 'packages'))
mkdirSync(out, { recursive: true })
const stage = mkdtempSync(join(tmpdir(), 'downslope-pack-'))
const pack = (folder) => {
  const args = ['pack', folder, '--ignore-scripts', '--pack-destination', out, '--json']
  const text = execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return JSON.parse(text)[0].filename
}

try {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const platforms = readdirSync(join(root, 'npm'))
  manifest.optionalDependencies = Object.fromEntries(
    platforms.map((platform) => [`${manifest.napi.packageName}-${platform}`, manifest.version]),
  )
  // what follows is for people who build it
  for (const field of ['devDependencies', 'scripts', 'ava']) delete manifest[field]
  const main = join(stage, 'root')
  for (const entry of ['dist', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
    try {
      cpSync(join(root, entry), join(main, entry), { recursive: true, filter: (path) => path !== out })
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
  }
  writeFileSync(join(main, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  console.log(join(out, pack(main)))
  for (const platform of platforms) {
    const binary = `${manifest.napi.binaryName}.${platform}.node`
    if (!readdirSync(join(root, 'dist')).includes(binary)) continue
    const folder = join(stage, platform)
    cpSync(join(root, 'npm', platform), folder, { recursive: true })
    cpSync(join(root, 'dist', binary), join(folder, binary))
    console.log(join(out, pack(folder)))
  }
} finally {
  rmSync(stage, { recursive: true, force: true })
}
