import { type MetricName, named } from '../metric/index.ts'
import type { NativeEpoch } from '../native/index.ts'

/** Mean loss and metrics over validation rows. */
export type ValidationRecord<M extends MetricName = never> = { readonly loss: number } & { readonly [K in M]: number }

/** What one epoch did. */
export type EpochRecord<M extends MetricName = never> = {
  /** From 1. */
  readonly epoch: number
  /** Mean data loss over the epoch's batches. */
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
export function epochRecord<M extends MetricName>(epoch: NativeEpoch, metrics: readonly M[]): EpochRecord<M> {
  const { validation } = epoch
  const record = {
    epoch: epoch.epoch,
    loss: epoch.loss,
    penalty: epoch.penalty,
    learningRate: epoch.learningRate,
    seconds: epoch.seconds,
    ...named(metrics, epoch.metrics),
    ...(validation ? { validation: { loss: validation.loss, ...named(metrics, validation.metrics) } } : {}),
  }
  return Object.freeze(record) as unknown as EpochRecord<M>
}
