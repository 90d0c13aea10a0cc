import { guarded, readOptions, refuse } from '../../options.ts'
import { readJson } from '../json.ts'
import { defineSampler } from './define.ts'
import type { Sampler } from './sampler.ts'

/**
 * These parameters, one trial after the other. Then the study is `exhausted`.
 *
 * An entry that is listed twice is tried twice. Parameters that were enqueued count as the entry that equals them.
 *
 * @param list a non-empty array of parameters as the objective gets them; or `{ list }`, as in the sampler's config
 * @throws DownslopeError `ERR_OPTION` when it is not such a list; when the study is made, if one of them is not of the space
 * @example
 * ```ts
 * manual([{ learningRate: 0.1, units: 32 }, { learningRate: 0.01, units: 64 }])
 * ```
 */
export function manual(list: readonly object[] | { readonly list: readonly object[] }): Sampler {
  const copy = guarded('manual', 'ERR_OPTION', () => {
    const given = Array.isArray(list) ? list : readOptions('manual', list, ['list']).list
    if (!Array.isArray(given) || given.length === 0) refuse('manual', 'list must be a non-empty array', given)
    return Array.from(given, (params: unknown, index) => readJson('manual', `list[${index}]`, params))
  })
  return defineSampler(
    'manual',
    { list: copy },
    {
      usesValues: false,
      options: ({ encode }) => ({
        // JSON has no NaN: `null` where a parameter is not active
        points: copy.map((params, index) => [...encode(`manual: list[${index}]`, params)]),
      }),
    },
  )
}
