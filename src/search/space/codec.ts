import { guarded, refuse } from '../../options.ts'
import { canonicalJson, type Json, readJson } from '../json.ts'
import type { Point } from './flat.ts'
import type { Slot, SlotRecord } from './flatten.ts'
import { gridIndex, gridValue } from './grid.ts'

/**
 * The point of parameters as users write them.
 *
 * @throws DownslopeError `ERR_OPTION` with the path of the value that is missing, unknown or not of the space
 */
export function encodeWith(root: SlotRecord, size: number, where: string, params: unknown): Point {
  const point = new Float64Array(size).fill(Number.NaN)
  guarded(where, 'ERR_OPTION', () => encodeRecord(root, where, params, point, undefined))
  return point
}

function encodeRecord(
  record: SlotRecord,
  where: string,
  value: unknown,
  point: Point,
  branch: string | undefined,
): void {
  const path = record.at === '' ? 'params' : `params.${record.at}`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(where, `${path} must be an object`, value)
  const names = branch === undefined ? record.names : ['kind', ...record.names]
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name !== 'string' || !names.includes(name)) {
      refuse(where, `${path} must have ${names.length === 0 ? 'nothing' : `only ${names.join(', ')}`}`, name)
    }
  }
  record.names.forEach((name, index) => {
    encode(record.slots[index] as Slot, where, (value as Record<string, unknown>)[name], point)
  })
  for (let index = 0; index < record.names.length; index++) {
    const slot = record.slots[index] as Slot
    const given = (value as Record<string, unknown>)[record.names[index] as string]
    if (slot.kind === 'array' && 'index' in slot.length) checkLength(slot, where, given, point)
  }
}

function encode(slot: Slot, where: string, value: unknown, point: Point): void {
  const path = `params.${slot.at}`
  switch (slot.kind) {
    case 'float':
    case 'int':
      point[slot.index] = encodeNumber(slot, where, value)
      return
    case 'values': {
      const index = slot.known.get(canonicalJson(readJson(where, path, value ?? null)))
      if (index === undefined) {
        refuse(where, `${path} must be one of ${slot.values.map((item) => canonicalJson(item)).join(', ')}`, value)
      }
      point[slot.index] = index
      return
    }
    case 'branches': {
      const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined
      const index = slot.names.indexOf(kind as string)
      if (index < 0) {
        refuse(where, `${path} must be an object with a kind of ${slot.names.join(', ')}`, kind ?? value)
      }
      point[slot.index] = index
      encodeRecord(slot.records[index] as SlotRecord, where, value, point, kind as string)
      return
    }
    case 'array':
      if (!Array.isArray(value)) refuse(where, `${path} must be an array`, value)
      if (value.length > slot.elements.length) {
        refuse(where, `${path} must have at most ${slot.elements.length} elements`, value.length)
      }
      if ('fixed' in slot.length) checkLength(slot, where, value, point)
      for (let item = 0; item < value.length; item++) encode(slot.elements[item] as Slot, where, value[item], point)
  }
}

function encodeNumber(slot: Extract<Slot, { readonly low: number }>, where: string, value: unknown): number {
  const { low, high, step } = slot
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    refuse(where, `params.${slot.at} must be a number in [${low}, ${high}]`, value)
  }
  if (step === undefined) return value + 0
  const index = gridIndex(low, high, step, value)
  if (index === undefined || (slot.kind === 'int' && !Number.isInteger(value))) {
    refuse(
      where,
      `params.${slot.at} must be ${slot.kind === 'int' && step === 1 ? 'an integer' : `${low} + i · ${step}`}`,
      value,
    )
  }
  return gridValue(low, high, step, index)
}

/** An array may come before what says its length, so that is checked when both are there. */
function checkLength(slot: Slot & { readonly kind: 'array' }, where: string, value: unknown, point: Point): void {
  const { length } = slot
  const wanted = 'fixed' in length ? length.fixed : (point[length.index] as number)
  const given = (value as readonly unknown[]).length
  if (given === wanted) return
  const why = 'fixed' in length ? '' : `, as many as ${length.name} says`
  refuse(where, `params.${slot.at} must have ${wanted} elements${why}`, given)
}

/** Parameters as users see them, frozen. */
export function decodeWith(root: SlotRecord, point: Point): Readonly<Record<string, unknown>> {
  return decodeRecord(root, point, undefined)
}

function decodeRecord(record: SlotRecord, point: Point, branch: string | undefined): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = branch === undefined ? {} : { kind: branch }
  for (let index = 0; index < record.names.length; index++) {
    result[record.names[index] as string] = decode(record.slots[index] as Slot, point)
  }
  return Object.freeze(result)
}

function decode(slot: Slot, point: Point): unknown {
  switch (slot.kind) {
    case 'float':
    case 'int':
      return point[slot.index] as number
    case 'values':
      return slot.values[point[slot.index] as number] as Json
    case 'branches': {
      const index = point[slot.index] as number
      return decodeRecord(slot.records[index] as SlotRecord, point, slot.names[index])
    }
    case 'array': {
      const { length } = slot
      const count = 'fixed' in length ? length.fixed : (point[length.index] as number)
      return Object.freeze(slot.elements.slice(0, count).map((element) => decode(element, point)))
    }
  }
}
