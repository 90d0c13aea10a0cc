/**
 * Stable codes of {@link DownslopeError}. Codes are API, messages are not.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_SHAPE` | shapes or lengths that do not fit |
 * | `ERR_OPTION` | an option out of its range, unknown, or not usable here |
 * | `ERR_DATA` | unusable data: not finite, empty, of the wrong type, unknown labels |
 * | `ERR_CLOSED` | the data set or model was closed |
 * | `ERR_BUSY` | another call on the same object is still running |
 * | `ERR_CHECKPOINT` | a model file that cannot be read or written, or was altered |
 * | `ERR_STORAGE` | a study's storage that cannot be read or written |
 * | `ERR_NATIVE_LOAD` | the native addon for this platform cannot be loaded |
 * | `ERR_INTERNAL` | a bug of ours |
 */
export type ErrorCode =
  | 'ERR_SHAPE'
  | 'ERR_OPTION'
  | 'ERR_DATA'
  | 'ERR_CLOSED'
  | 'ERR_BUSY'
  | 'ERR_CHECKPOINT'
  | 'ERR_STORAGE'
  | 'ERR_NATIVE_LOAD'
  | 'ERR_INTERNAL'

/**
 * Every misuse ends in one of these. The message says where, what must hold and what was received.
 *
 * @example
 * ```ts
 * try {
 *   adamw({ beta1: 1.2 })
 * } catch (error) {
 *   if (error instanceof DownslopeError) console.log(error.code, error.message)
 *   // ERR_OPTION adamw: beta1 must be in [0, 1), received 1.2
 * }
 * ```
 */
export class DownslopeError extends Error {
  /** What went wrong, for programs. */
  readonly code: ErrorCode
  #ours = true

  /**
   * @param code what went wrong, for programs
   * @param message for people
   * @param options `cause`: what was thrown underneath, kept as it is
   */
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** True for errors of this class; unlike `instanceof` it runs no code of a hostile proxy. */
  static is(value: unknown): value is DownslopeError {
    return typeof value === 'object' && value !== null && #ours in value && value.#ours
  }
}
Object.defineProperty(DownslopeError.prototype, 'name', { value: 'DownslopeError', configurable: true, writable: true })
