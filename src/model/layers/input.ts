import { frozen, guarded, readOptions, refuse } from '../../options.ts'

/** Options of {@link input}. */
export interface InputOptions {
  /** Shape of one row, sizes ≥ 1: `[784]`, or `[28, 28]` for images (height × width). */
  readonly shape: readonly number[]
}

/** What a network is fed; made by {@link input}, frozen. */
export interface Input {
  /** Tag. */
  readonly kind: 'input'
  /** Shape of one row. */
  readonly shape: readonly number[]
  /** JSON form. */
  readonly config: { readonly kind: 'input'; readonly shape: readonly number[] }
}

const made = new WeakSet<object>()

/**
 * The input of a network: rows of numbers of one shape.
 *
 * @throws DownslopeError `ERR_OPTION` when the shape is missing, empty or has a size that is not an integer ≥ 1
 * @example
 * ```ts
 * sequential([input({ shape: [4] }), dense(3)])
 * ```
 */
export function input(options: InputOptions): Input {
  const shape = readShape('input', readOptions('input', options, ['shape']).shape)
  const value: Input = frozen({ kind: 'input', shape, config: { kind: 'input', shape: [...shape] } })
  made.add(value)
  return value
}

/** True for what {@link input} made. */
export function isInput(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && made.has(value)
}

const LARGEST = 2 ** 31

/** Reads the shape of a row: at least one size, each ≥ 1, and no more than 2³¹ elements in all. */
export function readShape(where: string, value: unknown): number[] {
  return guarded(where, 'ERR_OPTION', () => {
    if (!Array.isArray(value) || value.length === 0 || value.length > 8) {
      return refuse(where, 'shape must be an array of 1 to 8 sizes', value)
    }
    const shape: number[] = []
    for (let axis = 0; axis < value.length; axis++) {
      const size: unknown = value[axis]
      if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) {
        return refuse(where, 'each size of shape must be an integer ≥ 1', size)
      }
      shape.push(size)
    }
    const elements = shape.reduce((a, b) => a * b, 1)
    if (elements > LARGEST) refuse(where, `shape must have at most ${LARGEST} elements`, elements)
    return shape
  })
}
