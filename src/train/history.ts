import type { Naming } from '../metric/index.ts'
import type { NativeEpoch } from '../native/index.ts'

/** Mean loss and metrics over validation rows. */
export type ValidationRecord<M extends string = never> = { readonly loss: number } & { readonly [K in M]: number }

/**
 * What one epoch did. `M` are the names of what is measured besides the loss: `accuracy`, or with several outputs
 * `rating/loss` and `rating/accuracy`.
 */
export type EpochRecord<M extends string = never> = {
  /** From 1. */
  readonly epoch: number
  /** Mean data loss over the epoch's batches; of several outputs the weighted sum. */
  readonly loss: number
  /** What the regularisers add, at the end of the epoch. */
  readonly penalty: number
  /** Of its last step. */
  readonly learningRate: number
  /** Spent in it, validation included. */
  readonly seconds: number
  /** After the epoch; present when there are validation rows. */
  readonly validation?: ValidationRecord<M>
} & { readonly [K in M]: number }

/** An epoch as the user sees it. */
export function epochRecord(naming: Naming, epoch: NativeEpoch): EpochRecord {
  const { validation } = epoch
  const record = {
    epoch: epoch.epoch,
    loss: epoch.loss,
    penalty: epoch.penalty,
    learningRate: epoch.learningRate,
    seconds: epoch.seconds,
    ...naming(epoch),
    ...(validation ? { validation: { loss: validation.loss, ...naming(validation) } } : {}),
  }
  return Object.freeze(record) as EpochRecord
}
