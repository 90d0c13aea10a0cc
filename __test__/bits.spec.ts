/** Same seed, same bits: for every instruction set, thread count and size of batch, in this version and on every machine. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

/** Changes only with the arithmetic itself; a change belongs into the CHANGELOG, for it breaks repeatability across versions. */
const SHA256 = '2427f8b25e4017d9be16798c0773357e099e3b675ac75b0703ab21e82a093e59'

const INSTRUCTION_SETS = ['scalar', 'avx2', 'avx512', 'neon']

const script = fileURLToPath(new URL('bits/train.ts', import.meta.url))
const run = promisify(execFile)

async function train(simd: string | undefined, threads: number): Promise<string> {
  const { DOWNSLOPE_SIMD: _, ...env } = process.env
  const { stdout } = await run(process.execPath, ['--import=@oxc-node/core/register', script, String(threads)], {
    env: simd === undefined ? env : { ...env, DOWNSLOPE_SIMD: simd },
    timeout: 120_000,
  })
  return stdout.trim()
}

test('what runs by default gives the recorded bits', async (t) => {
  t.timeout(120_000)
  t.is(await train(undefined, 1), SHA256)
})

test('an unknown instruction set is an error that lists what there is', async (t) => {
  const error = await t.throwsAsync(train('mmx', 1))
  t.regex(String(error?.message), /DOWNSLOPE_SIMD.*scalar/s)
})

for (const simd of INSTRUCTION_SETS) {
  for (const threads of [1, 2]) {
    test(`${simd}, ${threads} thread${threads === 1 ? '' : 's'}`, async (t) => {
      t.timeout(240_000)
      let received: string
      try {
        received = await train(simd, threads)
      } catch (error) {
        // this machine may lack it, but then the error says so and lists the others
        const { message } = error as Error
        t.not(simd, 'scalar', message)
        const listed = /not available on this machine, which has ([^\n]*)/.exec(message)?.[1] ?? ''
        t.regex(listed, /scalar/, message)
        t.notRegex(listed, new RegExp(`\\b${simd}\\b`), message)
        t.log(`${simd} is not available here`)
        return
      }
      t.is(received, SHA256)
    })
  }
}
