import type { ExecutionContext } from 'ava'
import {
  type Dataset,
  DownslopeError,
  dataset,
  dense,
  type ErrorCode,
  input,
  type Network,
  sequential,
  standardize,
} from '../src/index.ts'

/** Three clouds of points with names. */
export function clouds(rows = 60): Dataset<string> {
  const names = ['red', 'green', 'blue']
  const inputs: number[][] = []
  const labels: string[] = []
  for (let row = 0; row < rows; row++) {
    const cloud = row % 3
    inputs.push([cloud * 3 + Math.sin(row), Math.cos(row * 7) - cloud * 2])
    labels.push(names[cloud] as string)
  }
  return dataset({ inputs, labels })
}

/** y = 2 a − b + 1. */
export function line(rows = 64): Dataset<never> {
  const inputs = Array.from({ length: rows }, (_, row) => [Math.sin(row), Math.cos(row * 3)])
  return dataset({ inputs, targets: inputs.map(([a = 0, b = 0]) => 2 * a - b + 1) })
}

/** A small classifier for {@link clouds}. */
export function classifier(): Network {
  return sequential([input({ shape: [2] }), standardize(), dense(8, { activation: 'tanh' }), dense(3)])
}

/** A line for {@link line}. */
export function regressor(): Network {
  return sequential([input({ shape: [2] }), dense(1)])
}

/** Checks that something throws a coded error, and returns it. */
export function throwsCode(
  t: ExecutionContext,
  code: ErrorCode,
  work: () => unknown,
  message?: RegExp,
): DownslopeError {
  const error = t.throws(work, { any: true }) as unknown
  return isCode(t, code, error, message)
}

/** Checks that something rejects with a coded error, and returns it. */
export async function rejectsCode(
  t: ExecutionContext,
  code: ErrorCode,
  work: () => PromiseLike<unknown>,
  message?: RegExp,
): Promise<DownslopeError> {
  try {
    await work()
  } catch (error) {
    return isCode(t, code, error, message)
  }
  throw new Error(`no rejection, ${code} expected`)
}

function isCode(t: ExecutionContext, code: ErrorCode, error: unknown, message?: RegExp): DownslopeError {
  if (!(error instanceof DownslopeError)) throw new Error('not a DownslopeError', { cause: error })
  t.is(error.code, code, error.message)
  if (message) t.regex(error.message, message)
  return error
}
