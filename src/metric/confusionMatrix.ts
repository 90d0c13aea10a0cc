import { type Label, readLabels } from '../data/labels.ts'
import { DownslopeError } from '../errors.ts'
import { frozen, guarded, readOptions, refuse } from '../options.ts'
import { table } from '../table.ts'

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions<L extends Label = Label> {
  /** The classes in order; default: those that occur, sorted. */
  readonly classes?: readonly L[]
}

/** What {@link confusionMatrix} returns. */
export interface ConfusionMatrix<L extends Label = Label> {
  /** The classes in order. */
  readonly classes: readonly L[]
  /** `matrix[i][j]`: how many rows of class i were predicted to be class j. */
  readonly matrix: readonly (readonly number[])[]
  /** A table. */
  toString(): string
}

/**
 * Counts how often each class was predicted for the rows of each class.
 *
 * @param actual the classes of the rows
 * @param predicted the predicted ones, from `predictClasses`
 * @throws DownslopeError `ERR_DATA` for labels that are neither whole numbers nor texts; `ERR_SHAPE` when the lists are of different length;
 * `ERR_OPTION` for a label that is not among `classes`
 * @example
 * ```ts
 * const { matrix } = confusionMatrix(labels, await model.predictClasses(inputs))
 * ```
 */
export function confusionMatrix<L extends Label>(
  actual: ArrayLike<L>,
  predicted: ArrayLike<L>,
  options: ConfusionMatrixOptions<NoInfer<L>> = {},
): ConfusionMatrix<L> {
  const where = 'confusionMatrix'
  const read = readOptions(where, options, ['classes'])
  return guarded(where, 'ERR_DATA', () => {
    const rows = readLabels(where, 'actual', actual)
    const guesses = readLabels(where, 'predicted', predicted)
    if (rows.length !== guesses.length) {
      const text = `${where}: predicted must have as many labels as actual (${rows.length}), received ${guesses.length}`
      throw new DownslopeError('ERR_SHAPE', text)
    }
    const known = read.classes === undefined ? undefined : readLabels(where, 'classes', read.classes)
    const all = new Set<Label>(Array.from(known ?? [...Array.from(rows), ...Array.from(guesses)]))
    const classes = [...all]
    if (known === undefined) classes.sort((a, b) => (a < b ? -1 : 1))
    const places = new Map(classes.map((label, place) => [label, place]))
    const place = (name: string, label: Label, index: number): number =>
      places.get(label) ?? refuse(where, `${name}[${index}] must be one of the classes`, label)
    const matrix = classes.map(() => classes.map(() => 0))
    for (let index = 0; index < rows.length; index++) {
      const row = matrix[place('actual', rows[index] as Label, index)] as number[]
      const column = place('predicted', guesses[index] as Label, index)
      row[column] = (row[column] ?? 0) + 1
    }
    const result: ConfusionMatrix<L> = { classes: classes as L[], matrix }
    Object.defineProperty(result, 'toString', { value: () => text(classes, matrix) })
    return frozen(result)
  })
}

function text(classes: readonly Label[], matrix: readonly (readonly number[])[]): string {
  const rows = matrix.map((row, at) => [String(classes[at]), ...row.map(String)])
  return table([['', ...classes.map(String)], ...rows], 'end').join('\n')
}
