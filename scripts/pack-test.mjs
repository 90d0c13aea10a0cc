/**
 * Proves the packages that pack.mjs makes: installs the root and this platform's binary into an empty folder without Rust,
 * and trains there.
 *
 *     node scripts/pack-test.mjs          (after npm install; writes only into a temporary folder)
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'downslope-pack-'))

/** MiB of a package, packed: 3 MB. */
const LARGEST = 2.86

function fail(message) {
  throw new Error(`pack-test: ${message}`)
}

/** Names of the files in a tarball. */
function contents(tarball) {
  return execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
}

/** The name napi gives this platform, as in `linux-x64-gnu`. */
function platform() {
  const { platform: system, arch } = process
  if (system === 'linux')
    return `linux-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`
  return system === 'win32' ? `win32-${arch}-msvc` : `${system}-${arch}`
}

/** PATH without any folder that holds cargo or rustc. */
function pathWithoutRust() {
  const clean = (process.env.PATH ?? '').split(delimiter).filter((entry) => {
    return !['cargo', 'rustc', 'rustup'].some((tool) => existsSync(join(entry, tool)))
  })
  // node and npm may sit beside a cargo of the distribution: link them into a folder of their own
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 })
  return [bin, ...clean].join(delimiter)
}

const TRAIN = `
import { createStudy, dataset, dense, fit, float, input, loadModel, searchSpace, sequential, sqlite } from 'downslope';
import { relu } from 'downslope/ops';
import { plotHistory } from 'downslope/plots';
if (relu([1, 2, 3]).shape.join() !== '3') throw new Error('downslope/ops does not know shapes');
const inputs = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const labels = inputs.map(([a, b]) => (a * b > 0 ? 'yes' : 'no'));
const network = sequential([input({ shape: [2] }), dense(16, { activation: 'tanh' }), dense(2)]);
const options = { loss: 'crossEntropy', optimizer: 'adam', epochs: 150, batchSize: 20 };
const { model } = await fit(network, dataset({ inputs, labels }), options);
const { accuracy } = await model.evaluate(dataset({ inputs, labels }), { metrics: ['accuracy'] });
await model.save('model.safetensors');
const [a, b] = [await model.predict(inputs), await (await loadModel('model.safetensors')).predict(inputs)];
if (!(accuracy > 0.9)) throw new Error('accuracy ' + accuracy);
if (!a.data.every((value, i) => Object.is(value, b.data[i]))) throw new Error('the loaded model predicts something else');
const space = searchSpace({ x: float(-1, 1) });
const study = await createStudy({ name: 'packed', space, direction: 'minimize', storage: sqlite('study.db') });
const { best } = await study.optimize(({ x }) => x * x, { trials: 20 });
if (!(best.value < 0.1)) throw new Error('best ' + best.value);
const missing = await plotHistory(study).catch((error) => error);
if (missing.code !== 'ERR_OPTION' || !missing.message.includes('npm install echarts')) throw missing;
await study.close();
console.log('trained to accuracy ' + accuracy + ', saved, loaded: the same');
`

try {
  const name = platform()
  const binary = readdirSync(join(root, 'dist')).find((file) => file.endsWith(`${name}.node`))
  if (binary === undefined) fail(`no dist/*.${name}.node; run npm install first`)

  execFileSync(process.execPath, [join(root, 'scripts', 'pack.mjs'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  const [binding] = tarballs.filter((file) => file.includes(`binding-${name}`))
  const [main] = tarballs.filter((file) => /^downslope-\d/.test(file))
  if (main === undefined || binding === undefined) fail(`pack.mjs made ${tarballs.join(', ') || 'nothing'}`)
  for (const tarball of [main, binding]) {
    const size = statSync(join(folder, tarball)).size / 1024 / 1024
    console.log(`${tarball}: ${size.toFixed(2)} MiB, ${contents(join(folder, tarball)).length} files`)
    if (size > LARGEST) fail(`${tarball} is larger than ${LARGEST} MiB`)
  }
  const inMain = contents(join(folder, main))
  if (inMain.some((file) => file.endsWith('.node'))) fail('the root package carries a binary')
  if (inMain.some((file) => /^package\/(src|crates|__test__|target)\//.test(file)))
    fail('the root package carries sources')
  if (!contents(join(folder, binding)).some((file) => file.endsWith('.node')))
    fail('the platform package lacks its binary')

  const place = join(folder, 'empty')
  mkdirSync(place)
  const manifest = { name: 'place', private: true, type: 'module' }
  writeFileSync(join(place, 'package.json'), JSON.stringify(manifest))
  const env = { ...process.env, PATH: pathWithoutRust() }
  for (const key of Object.keys(env)) if (/^(npm_|CARGO|RUST|NAPI_RS_|DOWNSLOPE_)/i.test(key)) delete env[key]
  for (const tool of ['cargo', 'rustc']) {
    let found = true
    try {
      execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { env, stdio: 'ignore' })
    } catch {
      found = false
    }
    if (found) fail(`${tool} is still on the PATH`)
  }
  const npm = execFileSync('/bin/sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).trim()
  const install = [
    npm,
    'install',
    '--no-audit',
    '--no-fund',
    '--offline',
    '--omit=optional',
    join(folder, main),
    join(folder, binding),
  ]
  execFileSync(process.execPath, install, { cwd: place, env, stdio: ['ignore', 'ignore', 'inherit'] })

  writeFileSync(join(place, 'train.mjs'), TRAIN)
  const said = execFileSync(process.execPath, ['train.mjs'], { cwd: place, env, encoding: 'utf8', timeout: 60_000 })
  console.log(`without Rust, from ${name}: ${said.trim()}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
