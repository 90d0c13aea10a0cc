import { readName } from '../options.ts'

/** How the numbers of several classes become one. */
export interface AverageOptions {
  /**
   * `'macro'`, the mean over the classes that occur; `'micro'`, of the sums over classes; `'weighted'`, the mean weighted by the
   * rows of a class; `'binary'`, the second of two classes alone. Default `'macro'`.
   */
  readonly average?: 'macro' | 'micro' | 'weighted' | 'binary'
}

/** Reads the option `average`. */
export function readAverage(where: string): (given: Readonly<Record<string, unknown>>) => { average: string } {
  const known = ['macro', 'micro', 'weighted', 'binary'] as const
  return ({ average }) => ({ average: average === undefined ? 'macro' : readName(where, 'average', average, known) })
}
