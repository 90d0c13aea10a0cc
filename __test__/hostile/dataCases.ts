import { type Call, type Make, owned, plain } from './calls.ts'
import { type Case, labelled, names, points, type World } from './world.ts'

const row = (index: number): object => ({ inputs: points()[index], targets: index, weights: index + 1 })
const named = (index: number): object => ({
  inputs: { a: points()[index], b: [index] },
  labels: { y: names()[index], z: index },
  targets: { t: [1, index] },
})

/** An iterator with everything that one can have. */
function source(items: unknown[]): object {
  return {
    [Symbol.asyncIterator]() {
      let next = 0
      return {
        next: () => Promise.resolve({ done: next >= items.length, value: items[next++] }),
        return: () => ({ done: true }),
      }
    },
  }
}

function datasetMethod(of: 'split' | 'kFold' | 'subset' | 'take' | 'concat', make: Make): Case {
  return {
    of: `Dataset.${of}`,
    make,
    call(values, world) {
      const data = world.own(labelled())
      const made = (data[of] as Call)(...values)
      for (const part of Array.isArray(made) ? made : [made]) {
        for (const view of [part, part.train, part.validation]) if (view !== undefined) owned(view, world)
      }
      return made
    },
  }
}

/** Tensors and data sets. */
export const dataCases: readonly Case[] = [
  plain('tensor', () => [points(), [3, 4]]),
  plain('tensor', () => [new Float64Array(6), [2, 3]]),
  plain('tensor', () => [{ data: new Uint8Array(6), shape: [2, 3] }, [6]]),
  plain('dataset', () => [{ inputs: points(), targets: [1, 2, 3, 4, 5, 6], weights: [1, 1, 0, 2, 1, 1] }], owned),
  plain('dataset', () => [{ inputs: new Uint8Array(6), labels: names(), classes: ['red', 'green', 'blue'] }], owned),
  plain(
    'dataset',
    () => [
      {
        inputs: { data: new Float32Array(6), shape: [3, 2] },
        labels: new Int16Array([1, 0, 1]),
        weights: new Float64Array([1, 2, 3]),
      },
    ],
    owned,
  ),
  plain(
    'dataset',
    () => [
      {
        inputs: { a: new Int32Array(6), b: points() },
        targets: { t: points() },
        labels: { y: names(), z: [1, 2, 3, 1, 2, 3] },
        classes: { y: ['red', 'green', 'blue', 'none'] },
      },
    ],
    owned,
  ),
  ...[
    (): unknown[] => [[row(0), row(1), row(2)], {}],
    (): unknown[] => [[{ inputs: 1, labels: 'red' }, [{ inputs: [2], labels: 'blue' }]], { classes: ['red', 'blue'] }],
    (world: World): unknown[] => [
      source([named(0), [named(1), named(2)]]),
      { classes: { y: ['red', 'green', 'blue'] }, signal: world.controller.signal },
    ],
    (): unknown[] => [
      source([
        { inputs: points(), labels: names() },
        { inputs: new Float32Array(2), labels: 'red' },
      ]),
      { classes: names().slice(0, 4).toSpliced(2, 1) },
    ],
    (): unknown[] => [
      source([
        { inputs: points(), labels: names() },
        { inputs: points(), labels: names() },
      ]),
    ],
    (): unknown[] => [
      source([{ inputs: new Float32Array(4), targets: new Float64Array(4), weights: new Float32Array([1, 2, 3, 4]) }]),
    ],
  ].map((make) => plain('datasetFrom', make, owned)),

  datasetMethod('split', () => [[0.5, 0.5], { seed: 1, stratify: false, shuffle: true }]),
  datasetMethod('split', () => [0.5]),
  datasetMethod('kFold', () => [2, { seed: 1, stratify: true, shuffle: true }]),
  datasetMethod('subset', () => [[0, 2, 2]]),
  datasetMethod('subset', () => [new Uint16Array([1, 0])]),
  datasetMethod('take', () => [2]),
  datasetMethod('concat', (world) => [world.own(labelled())]),
  { of: 'Dataset.close', make: () => [], call: (values, world) => (world.own(labelled()).close as Call)(...values) },
]
