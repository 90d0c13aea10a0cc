/**
 * @module Larger tables, found through the environment variable `DOWNSLOPE_DATA`; each function returns `undefined` without it.
 *
 * The folders and files are those that the sets are commonly unpacked to: `bike-sharing/hour.csv`, `power-plant/data.txt`,
 * `diamonds/diamonds.csv`, `adult/adult.data` and `adult.test`, each plain or with `.gz`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

function lines(...path) {
  const folder = process.env.DOWNSLOPE_DATA
  if (folder === undefined || folder === '') return undefined
  const plain = join(folder, ...path)
  const file = [plain, `${plain}.gz`].find((name) => existsSync(name))
  if (file === undefined) return undefined
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text.split('\n').filter((line) => line.trim() !== '')
}

function matrix(rows) {
  return { data: Float32Array.from(rows.flat()), shape: [rows.length, rows[0].length] }
}

/** A 1 among zeros. */
const oneHot = (index, count) => Array.from({ length: count }, (_, i) => Number(i === index))

/**
 * 17,379 hours of bike rental (UCI, Fanaee-T and Gama 2013): 57 inputs, the number of rented bikes. Season, month, hour, weekday
 * and weather are one column for each value; what adds up to the target is left out.
 */
export function bikeSharing() {
  const rows = lines('bike-sharing', 'hour.csv')
    ?.slice(1)
    .map((line) => line.split(','))
  if (rows === undefined) return undefined
  const inputs = rows.map((row) => {
    const [season, year, month, hour, holiday, weekday, workday, weather, ...air] = row.slice(2, 14).map(Number)
    const days = [...oneHot(season - 1, 4), ...oneHot(month - 1, 12), ...oneHot(hour, 24), ...oneHot(weekday, 7)]
    return [...days, ...oneHot(weather - 1, 4).slice(1), year, holiday, workday, ...air]
  })
  return { inputs: matrix(inputs), targets: Float32Array.from(rows, (row) => Number(row[16])) }
}

/** 9,568 hours of a power plant (UCI, Tufekci and Kaya 2014): temperature, vacuum, pressure, humidity; output in MW. */
export function powerPlant() {
  const rows = lines('power-plant', 'data.txt')?.map((line) => line.trim().split(/\s+/).map(Number))
  if (rows === undefined) return undefined
  return { inputs: matrix(rows.map((row) => row.slice(0, 4))), targets: Float32Array.from(rows, (row) => row[4]) }
}

/** 53,940 diamonds (ggplot2): the six numeric columns carat, depth, table, x, y, z; the price in dollars. */
export function diamonds() {
  const rows = lines('diamonds', 'diamonds.csv')
    ?.slice(1)
    .map((line) => line.split(','))
  if (rows === undefined) return undefined
  const inputs = rows.map((row) => [1, 5, 6, 8, 9, 10].map((column) => Number(row[column])))
  return { inputs: matrix(inputs), targets: Float32Array.from(rows, (row) => Number(row[7])) }
}

function people(name) {
  const rows = lines('adult', name)
    ?.filter((line) => !line.startsWith('|'))
    .map((line) => line.split(', '))
  if (rows === undefined) return undefined
  const inputs = rows.map((row) => {
    const [age, , years, gain, loss, hours] = [0, 2, 4, 10, 11, 12].map((column) => Number(row[column]))
    return [age, years, Math.log1p(gain), Math.log1p(loss), hours]
  })
  return { inputs: matrix(inputs), labels: rows.map((row) => row[14].replace('.', '')) }
}

/**
 * 32,561 and 16,281 people of the US census of 1994 (UCI, Becker and Kohavi 1996): five numeric columns (age, years of education, capital
 * gain and loss as logarithms, hours a week); whether they earn more than 50,000 dollars.
 */
export function adult() {
  const [train, test] = [people('adult.data'), people('adult.test')]
  return train && test ? { train, test } : undefined
}
