/** Every example runs to its end in a process of its own, and says what it promises. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { createStudy, float, searchSpace, sqlite } from '../src/index.ts'
import { Screen } from './screen.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const folders = mkdtempSync(join(tmpdir(), 'downslope-examples-'))
test.after.always(() => rmSync(folders, { recursive: true, force: true }))

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** Starts an example that keeps its files in `folder`; `heard` is told what it prints. */
function start(
  [name = '', ...args]: readonly string[],
  folder: string,
  { flags = [], heard = () => {} }: { flags?: readonly string[]; heard?: (text: string) => void } = {},
): Started {
  const child = spawn(process.execPath, [...flags, `examples/${name}`, ...args], {
    cwd: root,
    env: { ...process.env, EXAMPLES_OUT: folder },
    timeout: 60_000,
  })
  const said = { stdout: '', stderr: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
    heard(text)
  })
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said }))) }
}

const newFolder = (): string => mkdtempSync(join(folders, 'out-'))

/** What to expect of an example's output; an example that is not named here fails the last test. */
const EXPECTED: Record<string, { args?: string[]; lines: RegExp[] }> = {
  'demo.mjs': {
    lines: [
      /^ +0 {2}0\.\d{4} +\d\d +\d+ {2}0\.\d\d {2}(adam|sgd 0\.\d\d) +(\d\d ){4}\d\d +0\.\d{4} {2}(done|best so far)$/m,
      / {2}done$/m,
      / {2}best so far$/m,
      / {2}pruned$/m,
      /^\d+\.\d s; \d+ of 40 trials were pruned, completed$/m,
      /^test {16}loss 0\.\d{4} {3}accuracy 0\.9[5-9]\d\d$/m,
      /^confusion matrix/m,
      /▓/,
      /^all 360 predictions are the same, bit for bit$/m,
    ],
  },
  'tune.mjs': {
    lines: [
      /^trial 0: 0\.\d{3} over 5 folds, completed$/m,
      /over [1-4] folds, pruned$/m,
      /^on wines that the search has not seen: accuracy (1\.000|0\.9\d\d)$/m,
    ],
  },
  'cross-validation.mjs': {
    lines: [
      /^fold 1: trained on 455 rows, accuracy 0\.9\d\d on 114 others$/m,
      /^569 predictions, the first: \d\.\d{3} (malignant|benign)$/m,
      /^linear − hidden: between -?0\.\d{4} and -?0\.\d{4} with 95 % confidence/m,
    ],
  },
  'range-test.mjs': {
    lines: [/^suggested: \d\.\de-[1-3]$/m, /^fast enough: \d+$/m, /^after three epochs: accuracy 0\.9\d\d$/m],
  },
  'iris.mjs': { lines: [/accuracy (1\.000|0\.9\d\d)/, /versicolor \(\d+ %\)/] },
  'regression.mjs': { lines: [/^epoch 50: RMSE \d\d\.\d, validation/m, /RMSE [4-6]\d\.\d, mean error \d\d\.\d/] },
  'functional.mjs': {
    lines: [
      /^standardize_1 +patient +\[rows, 4\]/m,
      /^epoch 40: validation RMSE \d\d\.\d, accuracy 0\.\d{3}$/m,
      /^patients not seen in training: RMSE [4-6]\d\.\d,\ntold apart [6-9]\d % of the time$/m,
      /^patient 3: \d+, fast: (yes|no)$/m,
    ],
  },
  'serve.mjs': { args: ['--try'], lines: [/→ 200 \{"classes":\["versicolor","setosa"\]\}/, /→ 400 \{"error":"/] },
  'expressions.mjs': {
    lines: [
      /^ {2}step 1: x {4}8\.0000 {3}x² {3}64\.0000$/m,
      /^ {2}converged after \d+ steps at \d\.\de-\d+$/m,
      /^ {2}the slope at 3 is 6$/m,
      /^ {2}full batch {4}slope {4}(2\.9|3\.0)\d+ /m,
      /^ {2}stochastic {4}slope {4}(2\.9|3\.0)\d+ /m,
      /^ {2}adam {6}\( {3}(1\.00|0\.99)\d\d, {4}(1\.00|0\.99)\d\d\)/m,
    ],
  },
  'schedules.mjs': { lines: [/^constant .* accuracy 0\.9\d+$/m, /^my own .* accuracy 0\.9\d+$/m] },
  'resume.mjs': { lines: [/^resumed: completed, 12 epochs, weights [0-9a-f]{16}$/m, /^the same, bit for bit$/m] },
  'imbalanced.mjs': {
    lines: [/^as they are .*f1 0\.\d{3}/m, /^balanced .*balancedAccuracy 0\.[89]\d\d/m, /^malignant +\d+ +\d+$/m],
  },
  'loop.mjs': { lines: [/^stopped, with a model of 4 parameter tensors$/m, /^the second run: TimeoutError$/m] },
}

/** Files in `examples/` that are no examples but serve them. */
const HELPERS = new Set(['kept.mjs', 'terminal.mjs'])

for (const [name, { args = [], lines }] of Object.entries(EXPECTED)) {
  test(`examples/${name}`, async (t) => {
    t.timeout(60_000)
    const { code, stdout, stderr } = await start([name, ...args], newFolder()).ended
    t.is(stderr, '')
    t.is(code, 0)
    t.false(stdout.includes('\x1b'), 'no escapes off a terminal')
    for (const line of lines) t.regex(stdout, line)
  })
}

test('a search that is done says its result again', async (t) => {
  t.timeout(60_000)
  const folder = newFolder()
  const first = await start(['tune.mjs'], folder).ended
  const second = await start(['tune.mjs'], folder).ended
  t.regex(first.stdout, /^trial 19: /m)
  t.true(second.stdout.startsWith('best: trial '), second.stdout)
  t.true(first.stdout.endsWith(second.stdout))
})

/** Numbers of the demo's trials that have ended, as it prints them. */
const trialsOf = (text: string): number[] =>
  [...text.matchAll(/^ +(\d+) {2}0\.\d{4} .* (?:done|best so far|pruned|failed)$/gm)].map(([, number]) =>
    Number(number),
  )

test('the demo ends when asked to, and goes on in the next run, whose table is drawn again and again', async (t) => {
  if (process.platform === 'win32') return t.pass('a process cannot be asked')
  t.timeout(120_000)
  const folder = newFolder()
  let text = ''
  const { child, ended } = start(['demo.mjs'], folder, {
    heard(more) {
      text += more
      if (trialsOf(text).length > 0 && !child.killed) child.kill('SIGINT')
    },
  })
  const first = await ended
  t.deepEqual([first.code, first.stderr], [0, ''])
  t.regex(first.stdout, /^\d+\.\d s; \d+ of \d+ trials were pruned, stopped$/m)
  t.regex(first.stdout, /^all 360 predictions are the same, bit for bit$/m)
  const before = trialsOf(first.stdout)
  t.true(before.length > 0 && before.length < 40, `${before.length} trials`)

  const screen = new Screen()
  const bars: string[] = []
  const terminal = 'data:text/javascript,Object.assign(process.stdout, { isTTY: true, columns: 90, rows: 30 })'
  const second = await start(['demo.mjs'], folder, {
    flags: ['--import', terminal],
    heard(more) {
      screen.write(more)
      const running = more.endsWith('\r') && screen.lines.some((line) => line.endsWith('  running'))
      if (running) bars.push(screen.lines.at(-1) ?? '')
    },
  }).ended
  t.deepEqual([second.code, second.stderr], [0, ''])
  const shown = screen.lines.join('\n')
  t.regex(shown, new RegExp(`· ${40 - before.length} trials of 5 folds, ${before.length} done before$`, 'm'))
  t.regex(shown, /^\d+\.\d s; \d+ of 40 trials were pruned, completed$/m)
  // trials were seen while they ran, and each is there once in the end
  t.true(bars.length > 0)
  for (const bar of bars) t.regex(bar, /^[█░]{30} \d+ of 40 trials, best (0\.\d{4}, trial \d+|–)$/)
  t.notRegex(shown, / {2}running$|of 40 trials, best/m)
  const all = [...before, ...trialsOf(shown)].sort((a, b) => a - b)
  t.deepEqual(
    all,
    Array.from({ length: 40 }, (_, number) => number),
  )
  return t.pass()
})

for (const [name, study, expected] of [
  ['tune', 'wine', /^on wines that the search/m],
  ['demo', 'digits', /bit for bit$/m],
] as const) {
  test(`${name}: a kept study that is no use is named, with what to do about it`, async (t) => {
    t.timeout(60_000)
    const folder = newFolder()
    const storage = sqlite(join(folder, `${name}.sqlite`))
    const space = searchSpace({ x: float(0, 1) })
    await (await createStudy({ space, direction: 'maximize', storage, name: study })).close()
    const refused = await start([`${name}.mjs`], folder).ended
    t.is(refused.code, 1)
    t.regex(
      refused.stderr,
      new RegExp(`^tune: .*'${study}' must be opened as it was created.*\n\`--fresh\` forgets .*\n$`),
    )
    const anew = await start([`${name}.mjs`, '--fresh'], folder).ended
    t.deepEqual([anew.code, anew.stderr], [0, ''])
    t.regex(anew.stdout, expected)
  })
}

test('every example is run by a test', (t) => {
  const examples = readdirSync(new URL('../examples/', import.meta.url)).filter((name) => name.endsWith('.mjs'))
  t.deepEqual(examples.filter((name) => !HELPERS.has(name)).sort(), Object.keys(EXPECTED).sort())
})
