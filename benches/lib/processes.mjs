/** Contestants and the limit program as processes that wait between rounds. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { median } from './numbers.mjs'
import { TASKS } from './tasks.mjs'

export const here = resolve(import.meta.dirname, '..')
const root = resolve(here, '..')

const pinning = spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0
/** The last core: the first one has more of the system's work. */
export const core = availableParallelism() - 1

/** What holds a process on one core, where there is such a thing. */
export function pinned(command) {
  return pinning ? ['taskset', '-c', String(core), ...command] : command
}

/** One thread in every library that counts its own. */
const single = Object.fromEntries(
  [
    'OMP_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'MKL_NUM_THREADS',
    'TF_NUM_INTRAOP_THREADS',
    'TF_NUM_INTEROP_THREADS',
  ].map((name) => [name, '1']),
)

class Peer {
  #child
  #lines
  #last = ''

  constructor(command, env) {
    this.#child = spawn(command[0], command.slice(1), {
      cwd: here,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child.on('error', () => {})
    this.#child.stdin.on('error', () => {})
    this.#child.stderr.on('data', (data) => {
      const lines = String(data)
        .split('\n')
        .filter((line) => line.trim() !== '')
      this.#last = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? this.#last
    })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** The next line of JSON; what a library prints besides is passed over. */
  async answer() {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) return { error: this.#last || 'ended without a word' }
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }

  ask(text) {
    this.#child.stdin.write(`${text}\n`)
    return this.answer()
  }

  close() {
    this.#child.stdin.end()
  }
}

/** Starts a contestant on a task; resolves to it, or to `{ error }`. */
export async function start(contestant, job) {
  const { name, change } = job
  const task = { ...TASKS[name], ...change }
  const full = { ...job, ...contestant.options, task }
  const command = [...contestant.command, JSON.stringify(full)]
  const one = job.threads === 1 && !job.free
  const peer = new Peer(one ? pinned(command) : command, { ...(one ? single : {}), ...contestant.env })
  const first = await peer.answer()
  if (first.error) {
    peer.close()
    return { error: first.error }
  }
  return {
    ...contestant,
    version: first.version,
    folder: job.folder,
    ask: (request) => peer.ask(JSON.stringify(request)),
    close: () => peer.close(),
  }
}

/** Builds the limit program; returns a function that starts it, or says why there is none. */
export function limitProgram() {
  try {
    const args = ['build', '--release', '-p', 'downslope-kernels', '--example', 'limit', '--message-format=json']
    const text = execFileSync('cargo', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const built = text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .find(({ target, executable }) => executable && target?.name === 'limit')
    return (env = {}) => {
      const peer = new Peer(pinned([built.executable]), env)
      return {
        async rate(question) {
          const readings = []
          for (let i = 0; i < 4; i++) {
            const { rate, error } = await peer.ask(question)
            if (rate === undefined) throw new Error(`limit: ${error}`)
            readings.push(rate)
          }
          return median(readings)
        },
        close: () => peer.close(),
      }
    }
  } catch {
    return undefined
  }
}

/** Runs a script of one row in a process of its own; its last line is JSON. */
export function row(script, args = [], { pin = true, env = {}, node = [] } = {}) {
  const command = [process.execPath, ...node, join(here, 'rows', script), ...args.map(String)]
  const [program, ...rest] = pin ? pinned(command) : command
  const options = { cwd: here, encoding: 'utf8', env: { ...process.env, ...env } }
  return JSON.parse(execFileSync(program, rest, options).trim().split('\n').at(-1))
}

/** Who takes part: `all` adds what `npm run bench:all` installs, and Python's libraries. */
export function contestants(all) {
  const node = (file, more = {}) => ({ command: [process.execPath, `contestants/${file}.mjs`], ...more })
  const mine = [
    { key: 'downslope', title: 'downslope', ...node('downslope') },
    { key: 'tuned', title: 'tuned loops in JavaScript', ...node('tuned') },
    { key: 'plain', title: 'plain loops in JavaScript', ...node('plain') },
  ]
  if (!all) return mine
  const tfjs = (backend, title) => ({ key: `tfjs-${backend}`, title, ...node('tfjs', { options: { backend } }) })
  const python = process.env.DOWNSLOPE_BENCH_PYTHON
  const peer = (key, title, file) =>
    python
      ? { key, title, command: [python, `peers/${file}.py`] }
      : { key, title, missing: 'DOWNSLOPE_BENCH_PYTHON does not name a Python that has it' }
  const flags = {
    XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1',
    JAX_PLATFORMS: 'cpu',
  }
  return [
    ...mine,
    { ...peer('jax', 'JAX (one scan an epoch)', 'jax_peer'), env: flags },
    peer('torch', 'PyTorch (fused optimizer)', 'torch_peer'),
    peer('sklearn', 'scikit-learn', 'sklearn_peer'),
    tfjs('tensorflow', 'TensorFlow.js for Node'),
    tfjs('wasm', 'TensorFlow.js, WebAssembly'),
    { key: 'jax-js', title: 'jax-js, WebAssembly', ...node('jax-js') },
    tfjs('cpu', 'TensorFlow.js, JavaScript'),
  ].map((contestant) => {
    const [, file] = contestant.command ?? []
    if (file && !existsSync(join(here, file))) return { ...contestant, missing: `no ${file}` }
    return contestant
  })
}
