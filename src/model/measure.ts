import { insideOf } from '../data/dataset.ts'
import type { Labels } from '../data/forms.ts'
import type { Objective } from '../loss/objective.ts'
import { createNaming, engineMetrics, type Measure } from '../metric/index.ts'
import { type NativeNetwork, unwrapLater } from '../native/index.ts'
import { type Classes, classesOf, matchClasses, matchInputs, matchTargets } from './match.ts'
import type { Network } from './network.ts'
import { outputsFor, withLoss } from './withLoss.ts'

/** A model, with the losses that are measured. */
export interface Measurable {
  readonly handle: NativeNetwork
  readonly network: Network<string>
  readonly objectives: readonly Objective[]
  readonly classes: Classes
}

/** What is measured besides the losses. */
export interface Wanted {
  readonly measures: readonly Measure[]
  /** All outputs for all rows as well: as they are, or with what belongs to the losses applied to logits. */
  readonly predictions?: 'plain' | 'probabilities'
  /** Threads for the arithmetic; 0 leaves it to the engine. */
  readonly threads?: number
}

/** What was measured. */
export interface MeasuredModel {
  /** `loss`, then metrics by name; of several outputs also `rating/loss`. */
  readonly values: Readonly<Record<string, number>>
  /** For each output, `[rows × numbers of a row]`; none where they were not wanted. */
  readonly predictions: readonly Float32Array[]
}

/** Mean losses and metrics of a model over a data set, off the event loop but for metrics of the caller's. */
export async function measure(
  where: string,
  model: Measurable,
  data: unknown,
  { measures, predictions, threads = 0 }: Wanted,
): Promise<MeasuredModel> {
  const { handle, network, objectives } = model
  const { handle: rows, meta } = insideOf<Labels>(where, data)
  matchInputs(where, network, meta)
  const targets = matchTargets(where, network, meta.outputs)
  const classes = classesOf(meta.outputs)
  matchClasses(where, network, model.classes, classes)
  const graph = withLoss(where, network, objectives, targets)
  const outputs = outputsFor(network, objectives, classes)
  const specs = engineMetrics(measures, outputs)
  const own = predictions === undefined ? [] : outputs
  for (const [output, { probabilities }] of own.entries()) {
    specs.push({ output, name: 'collect', probabilities: probabilities || predictions === 'probabilities' })
  }
  const result = await unwrapLater(handle.evaluate(JSON.stringify(graph), rows, JSON.stringify(specs), threads))
  // those of the caller's metrics come first
  const collected = result.collected.slice(result.collected.length - own.length)
  return {
    values: { loss: result.loss, ...createNaming(where, measures, outputs)(result) },
    predictions: collected.map((rows) => rows.predictions),
  }
}
