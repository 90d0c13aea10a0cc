/** The problems: closed-form functions and recorded trainings, as spaces of the public API and functions of its params. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { choice, float, int, searchSpace } from '../../dist/index.js'

/** Folder of the tables, where `DOWNSLOPE_DATA` names one. */
export const folder = process.env.DOWNSLOPE_DATA === undefined ? undefined : join(process.env.DOWNSLOPE_DATA, 'hpo')

/** One file: a line of JSON, then float32 values in C order. */
export function readTable(name) {
  const bytes = gunzipSync(readFileSync(join(folder, `${name}.bin.gz`)))
  const start = bytes.indexOf(10) + 1
  const header = JSON.parse(bytes.toString('latin1', 0, start))
  const { buffer, byteOffset, length } = bytes
  return { ...header, data: new Float32Array(buffer.slice(byteOffset + start, byteOffset + length)) }
}

const { PI, E, sin, cos, exp, sqrt } = Math
const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
]
const sum = (list) => list.reduce((total, value) => total + value, 0)

/** Name, bounds of each coordinate, function, its minimum, and what is added to regret before logarithms are taken. */
const functions = [
  [
    'branin',
    [
      [-5, 10],
      [0, 15],
    ],
    ([a, b]) => (b - (5.1 / (4 * PI * PI)) * a * a + (5 / PI) * a - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * cos(a) + 10,
    0.39788735772973816,
    1e-4,
  ],
  [
    'hartmann6',
    Array(6).fill([0, 1]),
    (x) => -sum([1, 1.2, 3, 3.2].map((c, i) => c * exp(-sum(x.map((v, j) => A[i][j] * (v - P[i][j] / 1e4) ** 2))))),
    -3.322368011415515,
    1e-3,
  ],
  [
    'rosenbrock5',
    Array(5).fill([-2, 2]),
    (x) => sum(x.slice(1).map((v, i) => 100 * (v - x[i] * x[i]) ** 2 + (1 - x[i]) ** 2)),
    0,
    1e-3,
  ],
  [
    'ackley5',
    Array(5).fill([-32.768, 32.768]),
    (x) =>
      -20 * exp(-0.2 * sqrt(sum(x.map((v) => v * v)) / x.length)) -
      exp(sum(x.map((v) => cos(2 * PI * v))) / x.length) +
      20 +
      E,
    0,
    1e-3,
  ],
  [
    'levy8',
    Array(8).fill([-10, 10]),
    (x) => {
      const w = x.map((v) => 1 + (v - 1) / 4)
      const last = w.at(-1)
      const middle = sum(w.slice(0, -1).map((v) => (v - 1) ** 2 * (1 + 10 * sin(PI * v + 1) ** 2)))
      return sin(PI * w[0]) ** 2 + middle + (last - 1) ** 2 * (1 + sin(2 * PI * last) ** 2)
    },
    0,
    1e-3,
  ],
]

function closedForm([name, bounds, call, minimum, floor]) {
  const space = searchSpace(Object.fromEntries(bounds.map(([low, high], i) => [`x${i}`, float(low, high)])))
  const value = (params) => call(bounds.map((_, i) => params[`x${i}`]))
  return { name, space, value, direction: 'minimize', regret: (best) => best - minimum, floor }
}

function recorded(name) {
  const table = readTable(name)
  const parameter = ({ type, values }) =>
    type === 'categorical' ? choice(values.map((_, index) => index)) : int(0, values.length - 1)
  const space = searchSpace(Object.fromEntries(table.space.map((each) => [each.name, parameter(each)])))
  const value = (params) => {
    const at = table.space.reduce((offset, { name, values }) => offset * values.length + params[name], 0) * table.seeds
    return table.data.subarray(at, at + table.seeds).reduce((total, each) => total + each, 0) / table.seeds
  }
  const regret = (best) => (best - table.best) / (table.median - table.best)
  const direction = table.direction.startsWith('max') ? 'maximize' : 'minimize'
  return { name, space, value, direction, regret, floor: name === 'hpolib-naval' ? 1e-5 : 1e-3 }
}

const tables = [
  'hpolib-protein',
  'hpolib-naval',
  'hpolib-parkinsons',
  'hpobench-nn-australian',
  'hpobench-nn-car',
  'hpobench-nn-kc1',
  'hpobench-nn-segment',
  'hpobench-nn-vehicle',
]

/** All thirteen; without tables the five functions. */
export function problems() {
  const has = folder !== undefined && existsSync(folder)
  return [...functions.map(closedForm), ...(has ? tables.map(recorded) : [])]
}

/** Names of the recorded learning curves. */
export function curveNames() {
  if (folder === undefined || !existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.startsWith('taskset-') && file.endsWith('.bin.gz'))
  return files.map((file) => file.slice(0, -'.bin.gz'.length)).sort()
}
