/** @module The five small data sets beside this file, as typed arrays. Plain Node, no dependencies. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** The text of a file in this folder, unpacked where its name ends in `.gz`. */
function text(name) {
  const bytes = readFileSync(new URL(name, import.meta.url))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** Rows of numbers; the separator is a comma or blanks. */
function numbers(lines) {
  return lines.map((line) =>
    line
      .trim()
      .split(/[\s,]+/)
      .map(Number),
  )
}

/** A tensor of the columns `[begin, end)` of some rows. */
function columns(rows, begin, end, ArrayType = Float32Array) {
  const width = end - begin
  const data = new ArrayType(rows.length * width)
  rows.forEach((row, index) => {
    data.set(row.slice(begin, end), index * width)
  })
  return { data, shape: [rows.length, width] }
}

/** A file that starts with `rows,columns,class names…` and ends each row with the class id. */
function classified(name) {
  const [head, ...lines] = text(name).trim().split('\n')
  const [rows, width, ...classes] = head.trim().split(',')
  const table = numbers(lines)
  if (table.length !== Number(rows)) {
    throw new Error(`${name}: says ${rows} rows, has ${table.length}`)
  }
  return {
    inputs: columns(table, 0, Number(width)),
    labels: table.map((row) => classes[row[Number(width)]]),
    classes,
  }
}

/** 1,797 handwritten digits of 8 × 8 pixels, bytes from 0 to 16. */
export function digits() {
  const rows = numbers(text('digits.csv.gz').trim().split('\n'))
  return { inputs: columns(rows, 0, 64, Uint8Array), labels: Uint8Array.from(rows, (row) => row[64]) }
}

/** 150 irises of three species: length and width of sepal and petal in centimetres. */
export function iris() {
  return classified('iris.csv')
}

/** 178 wines of three cultivars: 13 numbers from a chemical analysis. */
export function wine() {
  return classified('wine.csv')
}

/** 569 tumours, malignant or benign: 30 measures of cell nuclei. */
export function breastCancer() {
  return classified('breast_cancer.csv')
}

/** 442 patients: ten measures at the start, and how far the disease went on within a year. */
export function diabetes() {
  const features = numbers(text('diabetes_data_raw.csv.gz').trim().split('\n'))
  const targets = numbers(text('diabetes_target.csv.gz').trim().split('\n'))
  return { inputs: columns(features, 0, 10), targets: columns(targets, 0, 1) }
}
