import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../scripts/hostile.mjs', import.meta.url))

async function passes(t: ExecutionContext, parameters: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [script, ...parameters])
    return stdout
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
    t.log(stderr)
    t.fail(stdout)
    return stdout
  }
}

test('every export has calls with hostile values, every option is in one, and unchanged they work', async (t) => {
  t.regex(await passes(t, ['good']), /: 0 failures/)
})

test('whatever is passed, 2,000 calls give a value or a coded error', async (t) => {
  t.timeout(600_000)
  // the same calls each time; scripts/hostile.mjs looks for others
  t.regex(await passes(t, ['2000', '1']), /^2000 calls, seed 1: 0 failures/)
})
