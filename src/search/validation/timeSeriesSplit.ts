import { drawFolds } from '../../data/drawn.ts'
import { DownslopeError } from '../../errors.ts'
import { readInteger, readOptions } from '../../options.ts'
import { defineValidation, type Validation } from './validation.ts'

/** Options of {@link timeSeriesSplit}. */
export interface TimeSeriesOptions {
  /** Rows left out between those to train on and those to validate on, an integer ≥ 0; default 0. */
  readonly gap?: number
  /** Rows to validate on in each fold, an integer ≥ 1; default floor(rows / (k + 1)). */
  readonly testSize?: number
  /** At most so many rows, the last ones before the gap, are trained on, an integer ≥ 1; default: all. */
  readonly maxTrainSize?: number
}

/**
 * `k` folds of rows in the order of time: each fold is validated on the rows that follow those it is trained on, and trained on all
 * before. The last fold ends with the last row. As scikit-learn's `TimeSeriesSplit`; nothing is random.
 *
 * @param k number of folds, an integer ≥ 2
 * @param options `gap`, `testSize`, `maxTrainSize`
 * @throws DownslopeError `ERR_OPTION`; where it is used, `ERR_DATA` when there are too few rows
 * @example
 * ```ts
 * crossValidate(days, { build, validation: timeSeriesSplit(5, { gap: 7 }), metrics: ['meanAbsoluteError'] })
 * ```
 */
export function timeSeriesSplit(k: number, options: TimeSeriesOptions = {}): Validation {
  readInteger('timeSeriesSplit', 'k', k, 2)
  const read = readOptions('timeSeriesSplit', options, ['gap', 'testSize', 'maxTrainSize'])
  const size = (name: 'testSize' | 'maxTrainSize'): number | undefined =>
    read[name] === undefined ? undefined : readInteger('timeSeriesSplit', name, read[name], 1)
  const [testSize, maxTrainSize] = [size('testSize'), size('maxTrainSize')]
  const config = {
    kind: 'timeSeriesSplit',
    k,
    gap: readInteger('timeSeriesSplit', 'gap', read.gap, 0, 0),
    ...(testSize === undefined ? {} : { testSize }),
    ...(maxTrainSize === undefined ? {} : { maxTrainSize }),
  }
  return defineValidation(config, {
    folds: k,
    random: false,
    async draw(where, data) {
      const inside = `${where}: timeSeriesSplit`
      const { gap } = config
      const test = testSize ?? Math.floor(data.size / (k + 1))
      if (test < 1 || data.size - gap - test * k <= 0) {
        const need = gap + Math.max(test, 1) * k + 1
        const text = `${inside}: ${k} folds of ${Math.max(test, 1)} rows and a gap of ${gap} need at least ${need} rows`
        throw new DownslopeError('ERR_DATA', `${text}, received ${data.size}`)
      }
      return drawFolds(inside, data, config)
    },
  })
}
