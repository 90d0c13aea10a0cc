import { guarded, ranges, readNumber, refuse } from '../options.ts'

/** Reads the option `classWeights` for data of so many classes. */
export function readClassWeights(where: string, value: unknown): 'balanced' | readonly number[] | undefined {
  if (value === undefined || value === 'balanced') return value
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value)) {
      return refuse(where, "classWeights must be 'balanced' or an array with a number for each class", value)
    }
    const weights: number[] = []
    for (let index = 0; index < value.length; index++) {
      weights.push(readNumber(where, `classWeights[${index}]`, value[index], ranges.notNegative))
    }
    return Object.freeze(weights)
  })
}

/** Complains when data have no classes, or others. */
export function matchClassWeights(
  where: string,
  weights: 'balanced' | readonly number[] | undefined,
  outputs: readonly string[],
  classes: number | undefined,
): void {
  if (weights === undefined) return
  if (outputs.length > 0) refuse(where, 'classWeights are for networks with one output without a name', weights)
  if (classes === undefined) refuse(where, 'classWeights need labels in the data', weights)
  if (weights !== 'balanced' && weights.length !== classes) {
    refuse(where, `classWeights must hold a number for each of the ${classes} classes`, weights.length)
  }
}
