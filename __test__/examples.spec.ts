/** Every example runs to its end in a process of its own, and says what it promises. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** What to expect of an example's output; an example that is not named here fails the last test. */
const EXPECTED: Record<string, { args?: string[]; lines: RegExp[] }> = {
  'demo.mjs': {
    args: ['--fresh'],
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
    args: ['--fresh'],
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
const HELPERS = new Set(['terminal.mjs'])

for (const [name, { args = [], lines }] of Object.entries(EXPECTED)) {
  test(`examples/${name}`, async (t) => {
    t.timeout(60_000)
    const { stdout, stderr } = await run(process.execPath, [`examples/${name}`, ...args], {
      cwd: root,
      timeout: 60_000,
    })
    t.is(stderr, '')
    t.false(stdout.includes('\x1b'), 'no escapes off a terminal')
    for (const line of lines) t.regex(stdout, line)
  })
}

test('every example is run by a test', (t) => {
  const examples = readdirSync(new URL('../examples/', import.meta.url)).filter((name) => name.endsWith('.mjs'))
  t.deepEqual(examples.filter((name) => !HELPERS.has(name)).sort(), Object.keys(EXPECTED).sort())
})
