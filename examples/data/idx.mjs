/** @module Fashion-MNIST and MNIST in their IDX format, found through the environment variable `DOWNSLOPE_DATA`. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/**
 * Reads IDX of unsigned bytes: two zero bytes, the type (8 = unsigned byte), the number of dimensions,
 * each dimension as a big-endian u32, then the data in row-major order.
 */
export function parseIdx(bytes) {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8) {
    throw new Error('idx: expected a header of 0x0000 and type 0x08 (unsigned byte)')
  }
  const rank = bytes[3]
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis))
  const begin = 4 + 4 * rank
  const size = shape.reduce((product, length) => product * length, 1)
  if (bytes.length !== begin + size) {
    throw new Error(`idx: expected ${size} bytes of data for [${shape}], received ${bytes.length - begin}`)
  }
  return { data: new Uint8Array(bytes.buffer, bytes.byteOffset + begin, size), shape }
}

function path(set, name) {
  const folder = process.env.DOWNSLOPE_DATA
  if (folder === undefined || folder === '') return undefined
  const plain = join(folder, set, name)
  return [plain, `${plain}.gz`].find((file) => existsSync(file))
}

function read(file) {
  const bytes = readFileSync(file)
  return parseIdx(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
}

function part(set, prefix) {
  const images = path(set, `${prefix}-images-idx3-ubyte`)
  const labels = path(set, `${prefix}-labels-idx1-ubyte`)
  if (images === undefined || labels === undefined) return undefined
  const { data, shape } = read(images)
  const [rows, height, width] = shape
  return { inputs: { data, shape: [rows, height * width] }, labels: read(labels).data }
}

/**
 * The train and test part of `'fashion-mnist'` or `'mnist'`, images as rows of 784 bytes;
 * `undefined` where `DOWNSLOPE_DATA` is unset or lacks the set.
 */
export function images(set) {
  const train = part(set, 'train')
  const test = part(set, 't10k')
  return train && test ? { train, test } : undefined
}
