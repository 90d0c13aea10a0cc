import { createRequire } from 'node:module'
import { DownslopeError, type ErrorCode } from '../errors.ts'

type Binding = typeof import('#binding')

/** Rows in native memory. */
export type NativeDataset = import('#binding').NativeDataset
/** One column on its way into native memory. */
export type NativeColumn = import('#binding').NativeColumn
/** One pair of views that a rule of validation gives. */
export type NativeDrawn = import('#binding').NativeDrawn
/** A data set that grows. */
export type NativeDatasetBuilder = import('#binding').NativeDatasetBuilder
/** Values that follow those a column has. */
export type NativePiece = import('#binding').NativePiece
/** A graph with its weights. */
export type NativeNetwork = import('#binding').NativeNetwork
/** A named tensor. */
export type NativeTensor = import('#binding').NativeTensor
/** One training run. */
export type NativeTrainer = import('#binding').NativeTrainer
/** One minimisation of an expression. */
export type NativeMinimizer = import('#binding').NativeMinimizer
/** What a chunk of its steps did. */
export type NativeMinimized = import('#binding').NativeMinimized
/** The value of an expression and its gradient. */
export type NativeEvaluated = import('#binding').NativeEvaluated
/** What a chunk of steps did. */
export type NativeAdvance = import('#binding').NativeAdvance
/** One epoch so far. */
export type NativeEpoch = import('#binding').NativeEpoch
/** A file of studies. */
export type NativeStore = import('#binding').NativeStore
/** A worker of a study in it. */
export type NativeLog = import('#binding').NativeLog
/** A sampler at work on one study. */
export type NativeSampler = import('#binding').NativeSampler
/** A value, or an error as data. */
export type Outcome<T> = import('#binding').Outcome<T>

let binding: Binding | undefined

/**
 * The native addon, loaded when it is first needed: importing downslope never fails, and a missing or unusable binary is
 * an error with a code.
 */
export function native(): Binding {
  binding ??= load()
  return binding
}

function load(): Binding {
  try {
    return createRequire(import.meta.url)('#binding') as Binding
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`
    throw new DownslopeError('ERR_NATIVE_LOAD', `downslope: the native addon for ${platform} cannot be loaded`, {
      cause,
    })
  }
}

/** The one place where errors of the native side are thrown. */
export function unwrap<T>({ error, ok }: Outcome<T>): T {
  if (error === undefined) return ok as T
  throw new DownslopeError(error.code as ErrorCode, error.message)
}

/** {@link unwrap} for what comes later. */
export async function unwrapLater<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  return unwrap(await outcome)
}

/** Receives a native object made off the event loop and tells V8 how much memory it holds. */
export async function receive<T extends { report(): void }>(outcome: Promise<Outcome<T>>): Promise<T> {
  const handle = unwrap(await outcome)
  handle.report()
  return handle
}
