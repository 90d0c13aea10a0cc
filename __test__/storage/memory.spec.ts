import test from 'ava'
import { listStudies, memory, type Storage } from '../../src/index.ts'
import { connectionOf } from '../../src/storage/plan.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'
import { contract } from './contract.ts'

contract('memory', () => memory())

test('two values share nothing', async (t) => {
  const first = memory()
  await connectionOf(first).create('study', '{}')
  t.like(await listStudies(first), [{ name: 'study', trials: 0 }])
  t.deepEqual(await listStudies(memory()), [])
})

test('only what the factories made is a storage', async (t) => {
  for (const wrong of [undefined, null, 'memory', { ...memory() }, new Proxy(memory(), {}), { config: {} }]) {
    throwsCode(
      t,
      'ERR_OPTION',
      () => connectionOf(wrong, 'createStudy'),
      /^createStudy: storage must be made by a factory such as memory\(\), received /,
    )
  }
  await rejectsCode(t, 'ERR_OPTION', () => listStudies({} as Storage), /^listStudies: /)
})
