/**
 * Installs the peers from the registry that exist for this platform, each alone, so that one that fails does not take the others with it.
 *
 * TensorFlow.js for Node downloads its library while it is installed. Where that is not possible, DOWNSLOPE_BENCH_TENSORFLOW may name the folder
 * `tensorflow` of an unpacked wheel of `tensorflow-cpu` (it has the library and the headers), and the binding is compiled against it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const modules = join(here, 'node_modules')
const PEERS = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@jax-js/jax': '0.1.25',
  'brain.js': '1.6.1',
  'ml-fnn': '5.0.0',
  // the last: what npm installs later takes away what was compiled
  '@tensorflow/tfjs-node': '4.22.0',
}
/** It compiles or downloads: no other needs scripts. */
const COMPILED = '@tensorflow/tfjs-node'

function run(command, args, cwd = here) {
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (status === 0) return undefined
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => /error|fail|cannot|not found/i.test(line))
  return (
    lines.find((line) => !/npm error (code|path|command|errno)/.test(line))?.trim() ?? `${command} ended with ${status}`
  )
}

function compileTfjs(tensorflow) {
  const folder = join(modules, COMPILED)
  const deps = join(folder, 'deps')
  rmSync(deps, { recursive: true, force: true })
  mkdirSync(join(deps, 'lib'), { recursive: true })
  symlinkSync(join(tensorflow, 'include'), join(deps, 'include'))
  for (const [name, file] of [
    ['libtensorflow', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework', 'libtensorflow_framework.so.2'],
  ]) {
    for (const end of ['.so', '.so.2']) symlinkSync(join(tensorflow, file), join(deps, 'lib', `${name}${end}`))
    // the name that the library was linked under
    if (!existsSync(join(deps, 'lib', file))) symlinkSync(join(tensorflow, file), join(deps, 'lib', file))
  }
  const gyp = [
    '--yes',
    'node-gyp',
    'rebuild',
    '--napi_build_version=8',
    '--module_name=tfjs_binding',
    '--module_path=./lib/napi-v8',
  ]
  const broken = run('npx', gyp, folder)
  if (broken) return broken
  // node-gyp takes the path as relative to its own folder
  cpSync(join(folder, 'build', 'lib', 'napi-v8'), join(folder, 'lib', 'napi-v8'), { recursive: true })
}

function complete(name) {
  return existsSync(join(modules, name, name === COMPILED ? 'lib/napi-v8/tfjs_binding.node' : 'package.json'))
}

/** npm takes away what it is not told of, so each is installed with those before it. */
const kept = []

function install(name, wanted) {
  const failed = run('npm', ['install', '--no-save', '--no-package-lock', '--ignore-scripts', ...kept, wanted])
  if (failed || name !== COMPILED) return failed
  const script = run('npm', ['rebuild', name])
  const tensorflow = process.env.DOWNSLOPE_BENCH_TENSORFLOW
  if (complete(name)) return undefined
  return tensorflow ? compileTfjs(tensorflow) : (script ?? 'its script made no library')
}

for (const [name, version] of Object.entries(PEERS)) {
  const wanted = `${name}@${version}`
  const there = complete(name)
  const failed = there ? undefined : install(name, wanted)
  if (!failed) kept.push(wanted)
  console.log(failed ? `${name}: left out: ${failed}` : `${name}: ${there ? 'is there' : `installed ${version}`}`)
}
