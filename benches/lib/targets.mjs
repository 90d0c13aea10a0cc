/**
 * What we set out to reach, and how each is read from the results: `value(results)` is undefined where it was not measured. Ratios are
 * medians of ratios within rounds.
 */
import { FLOORS } from './tasks.mjs'

const rated = (results, name, batch) => results.training?.[name]?.[batch]
const times = (name, batch, key) => (results) => rated(results, name, batch)?.contestants[key]?.ratio
const share = (name, batch) => (results) => rated(results, name, batch)?.contestants.downslope?.share
const other = (key) => (results) => results.other?.[key]?.value

const at = (text, least, value) => ({ text, least, value })
const below = (text, most, value) => ({ text, most, value })

const digits = (batch, limit, jax, torch) => [
  at(`784-256-10, batch ${batch}: share of the FMA limit`, limit, share('digits', batch)),
  at(`784-256-10, batch ${batch}: times JAX`, jax, times('digits', batch, 'jax')),
  at(`784-256-10, batch ${batch}: times PyTorch`, torch, times('digits', batch, 'torch')),
]

export const TARGETS = [
  ...digits(32, 0.78, 1.3, 4),
  ...digits(128, 0.8, 1.3, 2),
  ...digits(1024, 0.8, 1.25, 1.3),
  at('20-64-64-1, batch 32: share of the limit (FMA + √ and ÷)', 0.75, share('curve', 32)),
  at('20-64-64-1, batch 32: times JAX', 1.8, times('curve', 32, 'jax')),
  at('20-64-64-1, batch 32: times PyTorch', 35, times('curve', 32, 'torch')),
  at('784-256-10, batch 32: times TensorFlow.js for Node', 20, times('digits', 32, 'tfjs-tensorflow')),
  at('784-256-10, batch 32: times jax-js', 12, times('digits', 32, 'jax-js')),
  at('784-256-10, batch 32: times tuned loops', 70, times('digits', 32, 'tuned')),
  at('784-256-10, batch 32: two threads, times one', 1.4, other('threads-32')),
  at('784-256-10, batch 128: two threads, times one', 1.6, other('threads-128')),
  at('784-256-10, batch 1024: two threads, times one', 1.6, other('threads-1024')),
  ...[32, 128, 1024].map((batch) =>
    at(`784-256-10, batch ${batch}: threads left to the engine, times one`, 0.9, other(`chosen-${batch}`)),
  ),
  at('AVX2 forced, 784-256-10, batch 128: share of the AVX2 limit', 0.8, other('avx2')),
  ...Object.keys(FLOORS).map((name) =>
    below(`1024-2048-1024, batch 32, ${name}: step / (FMA + bytes moved)`, 1.3, other(`floor-${name}`)),
  ),
  below('784-256-10, batch 32: a step that clips by the norm / one that does not', 1.35, other('clip-norm')),
  below('20-64-64-1, batch 32: a loss made of expressions / the built-in one', 1.2, other('own-loss-curve')),
  below('784-256-10, batch 32: a loss made of expressions / the built-in one', 1.2, other('own-loss-digits')),
  below('784-256-10, batch 32: an epoch with f1 / without', 1.05, other('metric-f1')),
  below('784-256-10, batch 32: an epoch with auc / without', 1.05, other('metric-auc')),
  at('dropout 0.2, of the speed without', 0.6, other('shape-dropout')),
  at('l1 + l2, of the speed without', 0.6, other('shape-l1l2')),
  at('batch 7, flops a second of those of batch 8', 0.6, other('shape-batch7')),
  at('width 100, flops a second of those of width 96', 0.6, other('shape-width100')),
  at('batch 7 and width 100, flops a second of those of batch 32 and width 256', 0.6, other('shape-both')),
  below('predictSync of one row, 784-256-10: µs', 15, other('predict-digits')),
  below('predictSync of one row, 20-64-64-1: µs', 5, other('predict-curve')),
  below('fit of 150 rows, 100 epochs: ms', 15, other('small-fit')),
  below('import: ms', 60, other('import')),
  below('peak memory over idle, 60,000 × 784 bytes, batch 32: MB', 107.04, other('memory-32')),
  below("peak memory over idle, 60,000 × 784 bytes, batch 'all': MB", 107.04, other('memory-all')),
  below('lateness of a 1 ms timer while training, p99: ms', 5, other('event-loop')),
]

/** Each target with what was measured. */
export function judged(results) {
  return TARGETS.flatMap(({ text, least, most, value }) => {
    const measured = value(results)
    if (measured === undefined) return []
    const reached = least === undefined ? measured <= most : measured >= least
    return [{ text, target: least === undefined ? `≤ ${most}` : `≥ ${least}`, measured, reached }]
  })
}
